// Handing in and taking back. A mail scanner that opens the page and presses every control once changes nothing:
// sending takes two presses of the same button, a moment apart and with none of another control between them; taking
// back takes a word that has to be typed.

import { NoAnswerError, RefusedRequestError } from "../shared/graphql";
import { element, show } from "../shared/elements";
import type { Language } from "../shared/language";
import { handedIn, TAKE_BACK, TEXT_MAX, unanswered, type Filled } from "./answers";
import { handIn, type Invitation, type Result } from "./invitation";
import { fieldId } from "./questions";
import { newId, seal, TooLongError } from "./seal";
import type { Texts } from "./texts";

export interface Sending {
  token: string;
  invitation: Invitation;
  filled: Filled;
  language: Language;
  texts: Texts;
  done: (message: string) => void;
}

/** Sooner than that, a second press is a slip, or no person. */
const READ_MS = 700;

/** What was sealed and maybe sent, until its outcome is known: tried again, it is the same request. */
interface Request {
  commandId: string;
  sealed: string;
}

export class Sender {
  readonly panel = element("section");
  private readonly status = element("div", { role: "status" });
  private readonly button: HTMLButtonElement;
  private readonly takeBackStatus = element("div", { role: "status" });
  private armedAt: number | null = null;
  private busy = false;
  private request: Request | null = null;

  constructor(private readonly sending: Sending) {
    this.button = element("button", { type: "button", class: "main", click: () => void this.press() });
    show(this.panel, this.status, this.button, this.takingBack());
    document.addEventListener("click", (event) => this.pressedElsewhere(event), true);
    this.rest();
  }

  /** Something was changed: what was checked before is no longer what would be sent. */
  changed(): void {
    this.request = null;
    if (this.armedAt !== null) {
      show(this.status);
      this.rest();
    }
  }

  /** The two presses must follow each other. What was said stays, so that its links lead on. */
  private pressedElsewhere(event: Event): void {
    if (this.armedAt !== null && !this.busy && event.target !== this.button) this.rest();
  }

  private rest(): void {
    this.armedAt = null;
    this.button.textContent = this.sending.texts.send;
    this.button.setAttribute("aria-disabled", "false");
  }

  private async press(): Promise<void> {
    if (this.busy) return;
    if (this.armedAt === null) this.check();
    else if (performance.now() - this.armedAt >= READ_MS) await this.send();
  }

  private check(): void {
    const { invitation, filled, texts, language } = this.sending;
    const open = unanswered(invitation.lens.questions, filled);
    if (open.length === invitation.lens.questions.length) return this.say(this.status, "bad", texts.nothing);
    if (Object.values(filled.answers).some((given) => [...(given.text?.trim() ?? "")].length > TEXT_MAX)) {
      return this.say(this.status, "bad", texts.textTooLong);
    }
    const links = open.map((question) =>
      element("li", {}, element("a", { href: "#", click: (event) => goTo(event, fieldId(question)) }, question.text[language])),
    );
    show(
      this.status,
      element("div", { class: "note" },
        element("p", {}, open.length ? texts.open(open.length) : texts.allAnswered),
        open.length ? element("ul", {}, ...links) : null,
        element("p", {}, texts.replaces),
      ),
    );
    this.armedAt = performance.now();
    this.button.textContent = texts.sendNow;
  }

  private async send(): Promise<void> {
    const { invitation, filled, texts, token } = this.sending;
    this.busy = true;
    this.button.textContent = texts.sending;
    this.button.setAttribute("aria-disabled", "true");
    try {
      this.request ??= { commandId: newId(), sealed: await seal(handedIn(invitation.lens.questions, filled), invitation.key) };
      this.report(this.status, await handIn(token, this.request.commandId, this.request.sealed), texts.kept);
    } catch (error) {
      this.failed(this.status, error);
    } finally {
      this.busy = false;
      this.rest();
    }
  }

  private takingBack(): HTMLDetailsElement {
    const { texts } = this.sending;
    const word = element("input", { type: "text", id: "take-back-word", autocomplete: "off", spellcheck: "false" });
    const button = element("button", { type: "button", click: () => void this.takeBack(word) }, texts.takeBackNow);
    return element(
      "details",
      { class: "take-back" },
      element("summary", {}, texts.takeBack),
      element("p", {}, texts.takeBackMore),
      element("label", { for: word.id }, texts.takeBackType(texts.takeBackWord)),
      element("div", { class: "row" }, word, button),
      this.takeBackStatus,
    );
  }

  private async takeBack(word: HTMLInputElement): Promise<void> {
    const { invitation, texts, token } = this.sending;
    if (this.busy) return;
    if (word.value.trim().toUpperCase() !== texts.takeBackWord) {
      return this.say(this.takeBackStatus, "bad", texts.takeBackType(texts.takeBackWord));
    }
    this.busy = true;
    try {
      this.report(this.takeBackStatus, await handIn(token, newId(), await seal(TAKE_BACK, invitation.key)), texts.takenBack);
    } catch (error) {
      this.failed(this.takeBackStatus, error);
    } finally {
      this.busy = false;
    }
  }

  private report(status: HTMLElement, result: Result, accepted: string): void {
    const { texts, language } = this.sending;
    if (result.outcome === "ACCEPTED") {
      this.request = null;
      this.sending.done(accepted);
    } else if (result.outcome === "UNSETTLED") {
      this.say(status, "bad", texts.unsettled);
    } else {
      this.request = null;
      const reasons = result.refusals.map((refusal) => refusal.message[language]);
      this.say(status, "bad", texts.refused, ...reasons, texts.stillHere);
    }
  }

  private failed(status: HTMLElement, error: unknown): void {
    const { texts } = this.sending;
    if (error instanceof TooLongError) this.say(status, "bad", texts.allTooLong);
    else if (error instanceof NoAnswerError) this.say(status, "bad", texts.noAnswer);
    else if (error instanceof RefusedRequestError && error.code === "UNAUTHENTICATED") {
      this.say(status, "bad", texts.over, texts.stillHere);
    } else this.say(status, "bad", texts.noAnswer, texts.stillHere);
  }

  private say(status: HTMLElement, kind: "good" | "bad", ...lines: string[]): void {
    show(status, element("div", { class: `note ${kind}` }, ...lines.map((line) => element("p", {}, line))));
  }
}

function goTo(event: Event, id: string): void {
  event.preventDefault();
  document.getElementById(id)?.focus();
}

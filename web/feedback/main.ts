// The rater's page: no account, only the code of an invitation. It shows what is asked, keeps a draft on this device,
// locks the answers in the browser and hands them in.

import "../shared/page.css";
import "./feedback.css";

import { element, show } from "../shared/elements";
import { NoAnswerError, RefusedRequestError } from "../shared/graphql";
import { firstLanguage, keepLanguage, moment, otherLanguage } from "../shared/language";
import type { Filled } from "./answers";
import { saveCopy } from "./copy";
import { Draft } from "./draft";
import { readInvitation, type Invitation } from "./invitation";
import { codeOfAddress, PAGE, readCode, writeCode } from "./link";
import { questionField, type Asking } from "./questions";
import { canSeal } from "./seal";
import { Sender } from "./sending";
import { textsOf, type Texts } from "./texts";

const KEEP_AFTER_MS = 400;
const LOOK_EVERY_MS = 15_000;
const SOON_MS = 3_600_000;

const page = document.getElementById("page")!;
const bar = document.getElementById("top")!;
let language = firstLanguage();
let draw: () => void = () => {};

function drawTop(): void {
  const switchTo = otherLanguage(language);
  const change = (): void => {
    language = switchTo;
    keepLanguage(language);
    document.documentElement.lang = language;
    drawTop();
    draw();
  };
  const button = element("button", { type: "button", class: "plain", lang: switchTo, click: change });
  button.textContent = textsOf(language).otherLanguage;
  show(bar, element("strong", {}, "IPP"), button);
}

function drawn(make: (texts: Texts) => Node[]): void {
  draw = () => show(page, ...make(textsOf(language)));
  draw();
}

// Another link in the same tab changes only the fragment, which loads nothing by itself.
addEventListener("hashchange", () => location.reload());

async function start(): Promise<void> {
  document.documentElement.lang = language;
  drawTop();
  if (!(await canSeal())) return drawn((texts) => [note(texts.cannotSeal)]);
  const code = codeOfAddress(location, history);
  if (code) await open(code);
  else askCode();
}

function askCode(...lines: ((texts: Texts) => string)[]): void {
  drawn((texts) => {
    const input = element("input", { type: "text", id: "code", autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
    const wrong = element("div", { role: "alert" }, ...lines.map((line) => note(line(texts))));
    const goOn = (event: Event): void => {
      event.preventDefault();
      const code = readCode(input.value);
      if (!code) return show(wrong, note(texts.codeWrong));
      history.replaceState(null, "", `${PAGE}#${writeCode(code)}`);
      void open(code);
    };
    const form = element("form", { submit: goOn }, element("label", { for: "code" }, texts.codeLabel), input);
    form.append(element("p", {}), element("button", { class: "main" }, texts.goOn));
    return [element("h1", {}, texts.askCode), element("p", {}, texts.askCodeMore), wrong, form];
  });
}

async function open(code: string): Promise<void> {
  drawn((texts) => [element("p", { role: "status" }, texts.loading)]);
  try {
    const invitation = await readInvitation(code);
    if (!invitation) return askCode((texts) => texts.over, (texts) => texts.overMore);
    const draft = await Draft.open(code, invitation.closesAt);
    new Page(code, invitation, draft, (await draft.read()) ?? { answers: {}, helped: false }).draw();
  } catch (error) {
    failedToOpen(code, error);
  }
}

function failedToOpen(code: string, error: unknown): void {
  if (error instanceof RefusedRequestError && error.code === "UNAUTHENTICATED") {
    return askCode((texts) => texts.over, (texts) => texts.overMore);
  }
  const limited = error instanceof RefusedRequestError && error.code === "LIMIT_EXCEEDED";
  const line = (texts: Texts): string => (limited ? texts.tooMany : texts.noAnswer);
  if (!(error instanceof NoAnswerError) && !(error instanceof RefusedRequestError)) throw error;
  drawn((texts) => [
    note(line(texts)),
    element("button", { type: "button", class: "main", click: () => void open(code) }, texts.retry),
  ]);
}

class Page {
  private pictures = true;
  private keeps = true;
  private timer = 0;
  private readonly closing = element("div", { role: "status" });

  constructor(
    private readonly code: string,
    private readonly invitation: Invitation,
    private readonly draft: Draft,
    private filled: Filled,
  ) {
    addEventListener("pagehide", () => this.timer && void this.keep());
    setInterval(() => this.lookAtTheClock(), LOOK_EVERY_MS);
  }

  draw(): void {
    draw = () => {
      const texts = this.texts();
      const title = texts.title(this.invitation.subjectName);
      document.title = title;
      const sender = this.sender(texts);
      show(page, element("h1", {}, title), ...this.introduction(texts), this.closing, ...this.form(texts, sender), sender.panel);
      page.append(element("p", { class: "quiet" }, texts.help));
      this.lookAtTheClock();
    };
    draw();
  }

  private texts(): Texts {
    return textsOf(language, this.invitation.lens.form);
  }

  private introduction(texts: Texts): Node[] {
    const { invitation } = this;
    const until = moment(invitation.closesAt, language);
    const own = invitation.ownQuestion;
    const easy = invitation.lens.form === "EASY";
    const floors = invitation.attributed
      ? texts.attributed(invitation.subjectName)
      : texts.floors(invitation.floor ?? 0, invitation.commentFloor ?? 0);
    const promise = element("details", { open: easy }, element("summary", {}, texts.words));
    promise.append(...paragraphs(invitation.promise.text[language]), ...(easy ? [] : paragraphs(floors)), ...paragraphs(texts.link));
    const all: (HTMLElement | null)[] = [
      element("p", {}, texts.perspective[invitation.perspective](invitation.subjectName)),
      own ? element("div", { class: "note" }, element("p", {}, texts.ownQuestion(invitation.subjectName)), element("p", {}, own)) : null,
      element("p", {}, texts.minutes(invitation.lens.minutes)),
      element("p", {}, texts.until(until)),
      easy ? null : element("p", { class: invitation.attributed ? "note bad" : "" }, floors),
      promise,
    ];
    return all.filter((node) => node !== null);
  }

  private form(texts: Texts, sender: Sender): Node[] {
    const { invitation } = this;
    const easy = invitation.lens.form === "EASY";
    const asking: Asking = {
      invitation,
      filled: this.filled,
      language,
      texts,
      pictures: this.pictures,
      changed: () => {
        sender.changed();
        this.keepSoon();
      },
    };
    const fields = element("div", { class: easy ? "easy" : "" }, ...invitation.lens.questions.map((one) => questionField(one, asking)));
    return [
      element("h2", {}, texts.questions),
      this.aboutDraft(texts),
      ...(easy ? [this.switchPictures(texts)] : []),
      fields,
      ...(easy || invitation.perspective === "CLIENT" ? [this.wasHelped(texts, asking)] : []),
    ];
  }

  private aboutDraft(texts: Texts): HTMLElement {
    const said = this.keeps ? texts.draft(moment(this.invitation.closesAt, language)) : texts.noDraft;
    const line = element("p", { class: "quiet", id: "draft", role: "status" }, said);
    const copy = element("button", { type: "button", click: () => saveCopy(this.invitation, this.filled, texts, language) }, texts.saveCopy);
    const clear = element("button", { type: "button", click: () => this.clear(texts) }, texts.clearDraft);
    return element("div", { class: "draft" }, line, element("div", { class: "row" }, copy, clear));
  }

  /** Remove the draft from this device. What is on the page stays until it is left, so a slip loses nothing. */
  private clear(texts: Texts): void {
    clearTimeout(this.timer);
    this.timer = 0;
    this.draft.remove();
    const line = document.getElementById("draft");
    if (line) line.textContent = texts.cleared;
  }

  private switchPictures(texts: Texts): HTMLElement {
    const box = element("input", { type: "checkbox", checked: this.pictures, change: () => {
      this.pictures = box.checked;
      draw();
    } });
    return element("label", { class: "choice" }, box, texts.pictures);
  }

  private wasHelped(texts: Texts, asking: Asking): HTMLElement {
    const box = element("input", { type: "checkbox", checked: this.filled.helped, change: () => {
      this.filled.helped = box.checked;
      asking.changed();
    } });
    return element("label", { class: "choice" }, box, texts.helped);
  }

  private sender(texts: Texts): Sender {
    return new Sender({
      token: this.code,
      invitation: this.invitation,
      filled: this.filled,
      language,
      texts,
      done: (message) => this.done(message),
    });
  }

  private done(message: string): void {
    clearTimeout(this.timer);
    this.timer = 0;
    this.draft.remove();
    const sent = this.filled;
    this.filled = { answers: {}, helped: false };
    drawn(() => {
      const texts = this.texts();
      const heading = element("h1", { tabindex: "-1" }, message);
      queueMicrotask(() => heading.focus());
      const again = element("button", { type: "button", click: () => this.draw() }, texts.again);
      const copy = element("button", { type: "button", click: () => saveCopy(this.invitation, sent, texts, language) }, texts.saveCopy);
      const more = element("p", {}, texts.keptMore(moment(this.invitation.closesAt, language)));
      return [heading, more, element("div", { class: "row" }, copy, again), element("p", { class: "quiet" }, texts.help)];
    });
  }

  private keepSoon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.keep(), KEEP_AFTER_MS);
  }

  private async keep(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = 0;
    const kept = await this.draft.keep(this.filled);
    const line = document.getElementById("draft");
    if (line && kept !== this.keeps) line.textContent = this.texts().noDraft;
    this.keeps = kept;
  }

  private lookAtTheClock(): void {
    const left = new Date(this.invitation.closesAt).getTime() - Date.now();
    const at = moment(this.invitation.closesAt, language);
    const texts = this.texts();
    if (left > SOON_MS) show(this.closing);
    else if (left > 0) show(this.closing, note(texts.soon(at)));
    else show(this.closing, note(texts.closed(at)), note(texts.stillHere));
  }
}

function note(line: string): HTMLElement {
  return element("div", { class: "note bad" }, element("p", {}, line));
}

function paragraphs(text: string): HTMLElement[] {
  return text.split(/\n+/).map((part) => element("p", {}, part));
}

void start();

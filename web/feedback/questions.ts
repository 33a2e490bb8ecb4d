// The questions: one fieldset each, with controls that work by keyboard and on a phone.

import { element, show } from "../shared/elements";
import type { Language } from "../shared/language";
import { isAnswered, TERMS_MAX, TEXT_MAX, type Answer, type Filled } from "./answers";
import type { Invitation, Question, Term } from "./invitation";
import { face } from "./pictures";
import type { Texts } from "./texts";

export interface Asking {
  invitation: Invitation;
  filled: Filled;
  language: Language;
  texts: Texts;
  pictures: boolean;
  changed: () => void;
}

const EASY_SCALE = [5, 3, 1];
const SCALE = [1, 2, 3, 4, 5];

export function questionField(question: Question, asking: Asking): HTMLFieldSetElement {
  const legend = element("legend", { id: legendId(question) }, question.text[asking.language]);
  const field = element("fieldset", { id: fieldId(question), tabindex: "-1" }, legend);
  if (asking.invitation.lens.form === "EASY") field.append(...aloud(question, asking));
  const controls = {
    SCALE: () => scale(question, asking),
    TALENT_PICK: () => picks(question, asking),
    OPEN: () => words(question, asking),
  }[question.kind]();
  field.append(...controls);
  return field;
}

export function fieldId(question: Question): string {
  return `question-${question.id}`;
}

function legendId(question: Question): string {
  return `legend-${question.id}`;
}

function answer(question: Question, asking: Asking, given: Answer | null): void {
  if (given && isAnswered(given)) asking.filled.answers[question.id] = given;
  else delete asking.filled.answers[question.id];
  asking.changed();
}

function scale(question: Question, asking: Asking): Node[] {
  const easy = asking.invitation.lens.form === "EASY";
  const now = asking.filled.answers[question.id];
  const choice = (label: string, given: Answer, picture: string): HTMLElement => {
    const checked = given.notSeen ? now?.notSeen === true : now?.scale === given.scale;
    const radio = element("input", {
      type: "radio",
      name: question.id,
      checked,
      change: () => answer(question, asking, given),
    });
    return element("label", { class: "choice" }, radio, easy && asking.pictures ? face(picture) : null, label);
  };
  const steps = (easy ? EASY_SCALE : SCALE).map((step) =>
    choice(asking.texts.scale[step - 1]!, { scale: step }, String(step)),
  );
  const group = element("div", { class: easy ? "choices faces" : "choices" });
  group.append(...steps, choice(asking.texts.notSeen, { notSeen: true }, "?"));
  const clear = element("button", { type: "button", class: "plain quiet", click: () => {
    for (const radio of group.querySelectorAll("input")) radio.checked = false;
    answer(question, asking, null);
  } }, asking.texts.clearAnswer);
  return [group, clear];
}

function picks(question: Question, asking: Asking): Node[] {
  const chosen = new Set(asking.filled.answers[question.id]?.termIds ?? []);
  const counter = element("p", { class: "quiet", role: "status" }, asking.texts.picks(chosen.size));
  const list = element("div", { class: "terms" });
  const search = element("input", { type: "search", id: `search-${question.id}`, autocomplete: "off", input: () => fill() });
  const pick = (term: Term, box: HTMLInputElement): void => {
    if (box.checked && chosen.size >= TERMS_MAX) box.checked = false;
    else if (box.checked) chosen.add(term.id);
    else chosen.delete(term.id);
    counter.textContent = asking.texts.picks(chosen.size);
    answer(question, asking, { termIds: [...chosen] });
  };
  const fill = (): void => {
    const found = asking.invitation.terms.filter((term) => matches(term, search.value));
    const clusters = new Map(found.map((term) => [term.cluster.id, term.cluster.name[asking.language]]));
    const groups = [...clusters].map(([id, name]) =>
      element("div", { role: "group", "aria-label": name }, element("h3", {}, name), ...found
        .filter((term) => term.cluster.id === id)
        .map((term) => {
          const box = element("input", { type: "checkbox", checked: chosen.has(term.id), change: () => pick(term, box) });
          return element("label", { class: "choice" }, box, term.label[asking.language]);
        })),
    );
    show(list, ...(groups.length ? groups : [element("p", {}, asking.texts.noTerm)]));
  };
  fill();
  const label = element("label", { for: search.id, class: "quiet" }, asking.texts.search);
  return [counter, label, search, list];
}

function matches(term: Term, search: string): boolean {
  const wanted = plain(search.trim());
  return plain(term.label.nl).includes(wanted) || plain(term.label.en).includes(wanted);
}

function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function words(question: Question, asking: Asking): Node[] {
  const counterId = `left-${question.id}`;
  const counter = element("p", { class: "quiet", id: counterId });
  const area = element("textarea", {
    rows: "5",
    "aria-labelledby": legendId(question),
    "aria-describedby": counterId,
    input: () => {
      count();
      answer(question, asking, { text: area.value });
    },
  });
  area.value = asking.filled.answers[question.id]?.text ?? "";
  const count = (): void => {
    const left = TEXT_MAX - [...area.value.trim()].length;
    counter.textContent = left >= 0 ? asking.texts.left(left) : asking.texts.tooLong(-left);
    area.setAttribute("aria-invalid", String(left < 0));
  };
  count();
  return [area, counter];
}

function aloud(question: Question, asking: Asking): Node[] {
  if (!("speechSynthesis" in window)) return [];
  const speak = (): void => {
    const spoken = new SpeechSynthesisUtterance(question.text[asking.language]);
    spoken.lang = asking.language === "nl" ? "nl-NL" : "en-GB";
    speechSynthesis.cancel();
    speechSynthesis.speak(spoken);
  };
  const label = `${asking.texts.readAloud}: ${question.text[asking.language]}`;
  return [element("button", { type: "button", class: "quiet", "aria-label": label, click: speak }, asking.texts.readAloud)];
}

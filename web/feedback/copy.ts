// A copy of what was filled in, as a text file for the one who wrote it.

import type { Language } from "../shared/language";
import type { Filled } from "./answers";
import type { Invitation } from "./invitation";
import type { Texts } from "./texts";

export function saveCopy(invitation: Invitation, filled: Filled, texts: Texts, language: Language): void {
  const lines = [texts.title(invitation.subjectName), ""];
  for (const question of invitation.lens.questions) {
    lines.push(question.text[language], `  ${answerText(invitation, filled, texts, language, question.id)}`, "");
  }
  const address = URL.createObjectURL(new Blob([lines.join("\r\n")], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "feedback.txt";
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

function answerText(invitation: Invitation, filled: Filled, texts: Texts, language: Language, id: string): string {
  const given = filled.answers[id];
  if (!given) return "-";
  if (given.scale !== undefined) return texts.scale[given.scale - 1] ?? String(given.scale);
  if (given.notSeen) return texts.notSeen;
  if (given.termIds) {
    const picked = invitation.terms.filter((term) => given.termIds!.includes(term.id));
    return picked.map((term) => term.label[language]).join(", ");
  }
  return given.text ?? "-";
}

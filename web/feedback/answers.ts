// What was filled in, by question; and what of it is sent.

import type { Question } from "./invitation";

export const TERMS_MAX = 3;
export const TEXT_MAX = 600;

export interface Answer {
  scale?: number;
  notSeen?: boolean;
  termIds?: string[];
  text?: string;
}

/** What was filled in: answers by the question's id, and whether somebody helped. */
export interface Filled {
  answers: Record<string, Answer>;
  helped: boolean;
}

export function isAnswered(answer: Answer | undefined): boolean {
  if (!answer) return false;
  return (
    answer.scale !== undefined || answer.notSeen === true || !!answer.termIds?.length || !!answer.text?.trim()
  );
}

export function unanswered(questions: Question[], filled: Filled): Question[] {
  return questions.filter((question) => !isAnswered(filled.answers[question.id]));
}

/** `AnswersInput` of the schema: one value for each question that was answered. */
export function handedIn(questions: Question[], filled: Filled): object {
  const answers = questions
    .filter((question) => isAnswered(filled.answers[question.id]))
    .map((question) => ({ questionId: question.id, value: valueOf(filled.answers[question.id]!) }));
  return { answers, takeBack: false, ...(filled.helped ? { helped: true } : {}) };
}

/** What takes back all that was handed in, on purpose. */
export const TAKE_BACK = { answers: [], takeBack: true };

function valueOf(answer: Answer): Answer {
  if (answer.scale !== undefined) return { scale: answer.scale };
  if (answer.notSeen) return { notSeen: true };
  if (answer.termIds?.length) return { termIds: answer.termIds };
  return { text: answer.text!.trim() };
}

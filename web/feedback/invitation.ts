// What the bearer of an invitation is asked, and handing in.

import { ask } from "../shared/graphql";
import type { LocalText } from "../shared/language";
import type { RoundKey } from "./seal";

export interface Question {
  id: string;
  kind: "SCALE" | "TALENT_PICK" | "OPEN";
  text: LocalText;
}

export interface Term {
  id: string;
  label: LocalText;
  cluster: { id: string; name: LocalText };
}

export interface Invitation {
  subjectName: string;
  perspective: "PEER" | "LEAD" | "REPORT" | "CLIENT" | "PARTNER";
  ownQuestion: string | null;
  attributed: boolean;
  floor: number | null;
  commentFloor: number | null;
  closesAt: string;
  promise: { version: number; text: LocalText };
  key: RoundKey;
  lens: { form: "STANDARD" | "EASY"; minutes: number; name: LocalText; questions: Question[] };
  terms: Term[];
}

export interface Result {
  outcome: "ACCEPTED" | "REFUSED" | "UNSETTLED";
  refusals: { code: string; message: LocalText }[];
}

const ROLE = "RATER";

export async function readInvitation(token: string): Promise<Invitation | null> {
  const query = `query Invitation {
    invitation {
      subjectName perspective ownQuestion attributed floor commentFloor closesAt
      promise { version text { nl en } }
      key { suite publicKey info size }
      lens { form minutes name { nl en } questions { id kind text { nl en } } }
      terms { id label { nl en } cluster { id name { nl en } } }
    }
  }`;
  return (await ask<{ invitation: Invitation | null }>(query, { token, role: ROLE })).invitation;
}

export async function handIn(token: string, commandId: string, sealed: string): Promise<Result> {
  const query = `mutation HandIn($id: UUID!, $sealed: Bytes!) {
    submitFeedback(input: { commandId: $id, feedback: { sealed: $sealed } }) {
      command { outcome refusals { code message { nl en } } }
    }
  }`;
  const variables = { id: commandId, sealed };
  type Answer = { submitFeedback: { command: Result } };
  return (await ask<Answer>(query, { token, role: ROLE, variables })).submitFeedback.command;
}

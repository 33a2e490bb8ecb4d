// What this client keeps: one copy of each thing by its id, changed on the screen before the answer is there.
import { cacheExchange, type Cache } from "@urql/exchange-graphcache";
import {
  PortfolioVersionFragmentDoc,
  TalentFragmentDoc,
  type ClaimTalentMutation,
  type ReviseTalentMutation,
  type ReviseTalentMutationVariables,
} from "./generated/graphql.js";

type Fate = ReviseTalentMutation["reviseTalent"]["command"];
const embedded = () => null;

/** Takes over the version after an own change; after a refusal what is on the screen is as old as before. */
function versionMoved(command: Fate, cache: Cache): void {
  const me = cache.resolve("Query", "me");
  const portfolio = typeof me === "string" ? cache.resolve(me, "portfolio") : null;
  const id = typeof portfolio === "string" ? cache.resolve(portfolio, "id") : null;
  if (command.outcome === "ACCEPTED" && command.version !== null && typeof id === "string") {
    cache.writeFragment(PortfolioVersionFragmentDoc, { id, version: command.version });
  }
}

/** What the screen shows of a talent until the answer is there; a refusal takes it off again. */
function revised({ input }: ReviseTalentMutationVariables, cache: Cache) {
  const shown = cache.readFragment(TalentFragmentDoc, { __typename: "TalentClaim", id: input.talentId });
  const { strength, energy, use, story = shown?.story ?? null } = input;
  return {
    __typename: "TalentPayload" as const,
    command: {
      __typename: "CommandResult" as const,
      commandId: input.commandId,
      outcome: "UNSETTLED" as const,
      position: null,
      version: null,
      refusals: [],
    },
    talent: shown && { ...shown, __typename: "TalentClaim" as const, strength, energy, use, story },
  };
}

export const cache = () =>
  cacheExchange({
    keys: {
      CommandResult: (result) => result["commandId"] as string,
      LocalText: embedded,
      PortfolioChange: embedded,
      Refusal: embedded,
      TalentPayload: embedded,
    },
    optimistic: { reviseTalent: (args, kept) => revised(args as ReviseTalentMutationVariables, kept) },
    updates: {
      Mutation: {
        claimTalent: (got, _, kept) => versionMoved((got as ClaimTalentMutation).claimTalent.command, kept),
        reviseTalent: (got, _, kept) => versionMoved((got as ReviseTalentMutation).reviseTalent.command, kept),
      },
    },
  });

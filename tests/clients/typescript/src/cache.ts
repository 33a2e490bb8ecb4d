// What this client keeps: one copy of each thing by its id, changed on the screen before the answer is there.
// The answer has the portfolio's new version, which the cache takes over by itself.
import { cacheExchange, type Cache } from "@urql/exchange-graphcache";
import { TalentFragmentDoc, type ReviseTalentMutationVariables } from "./generated/graphql.js";

const embedded = () => null;

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
    portfolio: null, // its version is known with the answer
    talent: shown && { ...shown, __typename: "TalentClaim" as const, strength, energy, use, story },
  };
}

export const cache = () =>
  cacheExchange({
    keys: {
      CapabilityCell: embedded,
      CommandResult: (result) => result["commandId"] as string,
      CountBand: embedded,
      LocalText: embedded,
      PortfolioChange: embedded,
      Refusal: embedded,
      TalentPayload: embedded,
    },
    optimistic: { reviseTalent: (args, kept) => revised(args as ReviseTalentMutationVariables, kept) },
  });

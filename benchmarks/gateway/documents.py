"""What the gateway is asked, and a command with what is read back after it."""

from typing import Final

MY_PORTFOLIO: Final = """query MyPortfolio($waitFor: [Position!]) { me(waitFor: $waitFor) { id displayName
  portfolio { id version state
    statement { id text writtenAt }
    talents { id name { nl en } strength energy use quadrant sharings { id visibility until } }
    energyBalance(months: 12) { month giverHoursPerWeek drainerHoursPerWeek }
    energySources { id kind activity hoursPerWeek talentIds }
    passions { id text }
    goals { id text state progress offeredTo { id name } }
    insightConsent { scopes since } }
  readLog(first: 5) { edges { node { day viewerRole purpose itemKind itemId } }
    pageInfo { hasNextPage endCursor } }
} }"""
SHARED_WITH_ME: Final = """query OpenedToMe { me { id sharedWithMe(first: 20) {
  edges { node { id kind owner { id displayName } title { nl en } text link strength energy quadrant until } }
  pageInfo { hasNextPage endCursor } } } }"""
CLAIM_TALENT: Final = """mutation ClaimTalent($input: ClaimTalentInput!) { claimTalent(input: $input) {
  command { commandId outcome position version refusals { code field message { nl en } } }
  talent { id name { nl en } strength energy use quadrant } } }"""
READ_BACK: Final = """query ReadBack($waitFor: [Position!]) { me(waitFor: $waitFor) {
  id portfolio { id version talents { id name { nl } strength energy use } } } }"""

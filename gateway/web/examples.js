// What the query page offers to begin with: a title, the role it is for (empty: any), the document, its variables.
const examples = [
  ["My portfolio", "PROFESSIONAL", `query MyPortfolio {
  me {
    id displayName
    teams { id name }
    portfolio {
      id version state
      statement { text }
      talents { id name { nl en } strength energy use quadrant sharings { visibility until } }
      energyBalance(months: 3) { month giverHoursPerWeek drainerHoursPerWeek }
      energySources { kind activity hoursPerWeek }
      passions { text }
      evidence { kind title link }
      goals { text state progress offeredTo { name } }
      conversations { with { displayName } heldOn agreements { text confirmedAt } }
    }
  }
}`, "{}"],
  ["Words to pick from", "PROFESSIONAL", `query Words($search: String) {
  talentCatalogue {
    clusters { id name { nl en } }
    terms(search: $search, first: 20) {
      edges { node { id label { nl en } cluster { name { nl } } esco } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`, '{ "search": "rust" }'],
  ["Words proposed", "WORKING_GROUP", `query Proposals {
  talentCatalogue {
    version
    terms(state: PROPOSED) { edges { node { id label { nl en } cluster { name { nl } } } } }
  }
}`, "{}"],
  ["How it came about", "PROFESSIONAL", `query Timeline($after: String) {
  me { portfolio { timeline(first: 10, after: $after) {
    edges { node { at version summary { nl en } correction } }
    pageInfo { hasNextPage endCursor }
  } } }
}`, "{}"],
  ["Half a year ago and now", "PROFESSIONAL", `query ThenAndNow($then: DateTime!) {
  me {
    then: portfolio(asOf: $then) { ...Picture }
    now: portfolio { ...Picture }
  }
}
fragment Picture on Portfolio { version talents { name { nl } strength energy quadrant } goals { text state progress } }`,
   `{ "then": "HALF-A-YEAR-AGO" }`],
  ["What changed since then", "PROFESSIONAL", `query WhatChanged($from: DateTime!) {
  me {
    portfolioDifference(from: $from) {
      talents {
        added { name { nl } strength }
        changed { before { strength energy } after { name { nl } strength energy } }
        removed { name { nl } }
      }
      goals { added { text } changed { before { state progress } after { text state progress } } removed { text } }
      passions { added { text } removed { text } }
    }
  }
}`, `{ "from": "HALF-A-YEAR-AGO" }`],
  ["What colleagues opened to me", "PROFESSIONAL", `{
  me {
    sharedWithMe(first: 5) {
      edges { node { kind owner { displayName } title { nl en } text link strength energy quadrant until } }
      pageInfo { hasNextPage endCursor }
    }
    agreementsToConfirm { id owner { displayName } text }
    readLog(first: 5) { edges { node { day itemKind viewerRole purpose } } }
  }
}`, "{}"],
  ["Find a colleague", "PROFESSIONAL", `{ colleagues(name: "am") { id displayName } }`, "{}"],
  ["Who am I", "", `{ viewer { id displayName language role roles } }`, "{}"],
  ["The organisation", "", `{
  organisation {
    id name
    units { id name parentId }
    unitChanges(last: 5) { on summary { nl en } }
    policies { adoptedAt floors { raters comments organisation } worksCouncilConsent { decidedOn } }
  }
}`, "{}"],
  ["Claim a talent", "PROFESSIONAL", `mutation ClaimTalent($input: ClaimTalentInput!) {
  claimTalent(input: $input) {
    command { commandId outcome position version refusals { code field message { nl en } } }
    talent { id name { nl en } strength energy use quadrant }
  }
}`, `{ "input": {
  "commandId": "NEW-ID",
  "name": { "ownWords": "Rust brengen in een gesprek" },
  "strength": 4, "energy": 2, "use": 1,
  "story": "Bij het keukentafelgesprek." } }`],
  ["Watch my portfolio", "PROFESSIONAL", `subscription { portfolioChanged { position version facts { summary { nl en } } } }`, "{}"],
  ["Give someone a role", "ADMINISTRATOR", `mutation GrantRole($input: GrantRoleInput!) {
  grantRole(input: $input) { command { outcome refusals { code message { nl en } } } }
}`, `{ "input": { "commandId": "NEW-ID", "role": "WORKING_GROUP", "subject": "member" } }`],
];

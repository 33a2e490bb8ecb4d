"""The descriptions of the schema's root types: the conventions of the whole schema."""

# ruff: noqa: E501, RUF001 - one convention a line, in the words and signs of the schema

QUERY = """\
Nouns. Conventions of the whole schema:
- **Null in a figure over several people has one meaning**: too few to show it safely («te weinig om veilig te tonen»). Nobody, too few, and "it would give another away" look alike, since a reason would give a number away; so there is no code.
- **Errors** (`errors[].extensions.code`) are for what no screen can repair: UNAUTHENTICATED, FORBIDDEN (the role may not ask this field, whatever the id), BAD_REQUEST, LIMIT_EXCEEDED, NOT_YET (the view did not reach `waitFor` within 5 s), PARKED (an event of this subject waits for repair; the view would be old), POSITION_GONE (of a log that was replaced: ask without it), UNAVAILABLE (also where a view is too old to show one person to another), INTERNAL (with `correlationId`). What does not exist and what you may not see is null alike. Root fields are nullable so that one error leaves the others whole.
- **Freshness**: `waitFor` takes the position, or positions, of your own commands and waits until the view has passed them.
- **Time travel**: `asOf` shows the past of what you may see both then and *now*. It never brings back what is no longer shared, masked, or of someone forgotten.
- **Lists** are newest first unless they say otherwise; terms by their Dutch name, units and people by name. Those that may grow long are Relay connections, forwards only, `first` 1–100, without counts; cursors are opaque, encrypted, and the same for everyone. `last` asks for the newest, 100 at most.
- **Numbers** have one range everywhere: `strength` 1–5, `energy` −2 (costs) … +2 (gives), `use` 0–3, `progress` 0–100.
- **Ids** are opaque, and each names one thing of one type at one moment: a person as `Me` has another id than as `Colleague` (`Me.asColleague`), and with `asOf` everything of the portfolio, and each row of a team's map, has an id of that moment, which no mutation takes. They open nothing: there is no `node(id:)`, each thing is reached through what its viewer may see.
- **Nothing depends on the viewer** below a type that several people see, so members of a team get equal bytes.
- **Transport** is GraphQL over HTTP (`application/graphql-response+json`), by POST. In production only trusted documents (`documentId`). Limits: depth 12, and a cost per document.
- **Change** is additive. A field leaves after `@deprecated(reason: "Use x. Leaves after YYYY-MM-DD.")`, a year, and 90 days unused. Enums may grow: keep a default branch."""

MUTATION = """\
Verb + noun, one command each, one `input` each, and an answer with `command` (what became of it) and the thing changed.
- `commandId` is the idempotency key. It is in the input and not in a header, because one request may hold several mutations. Make it when the person acts, not when the request is sent: the same id and input sent again by the same person happens once, and once accepted gets the same answer, whatever was lost on the way. It is looked up first, before the version. A refusal applied nothing and is not kept: sent again, the command is decided anew.
- `expectedVersion` is If-Match: the `version` that you saw (of the portfolio, the catalogue, the organisation, a team). Left out, the command is decided on the newest state, again if need be.
- A refusal is data, in `command.refusals`, in Dutch and English. Only a role that may not send the command at all gets an error (FORBIDDEN).
- A payload of a mutation of the own portfolio has the `portfolio` after it too, and a `note`: what to show the person with the answer, such as that closing is for good.
- The thing changed is null when refused or unsettled, and when its view needed longer than 2 s: then query it with `waitFor: command.position`.
- An optional field of a change that is left out stays as it was, and null empties it. A field that the schema gives a default has the default when it is left out. A field named as one of the type it changes means the same.
- Inputs belong to one mutation and payloads to one kind of thing, so that both may grow without surprise.
- Personal text is sealed before it is logged anywhere; variables of mutations are never written to logs."""

SUBSCRIPTION = "Over graphql-transport-ws and SSE. Each takes the last thing seen and goes on from there without loss or repeat; each ends when the token expires or the right to see it does."

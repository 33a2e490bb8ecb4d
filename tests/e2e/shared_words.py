"""A word for a talent, from its proposal to the portfolio that reads it."""

from tests.e2e.asking import Someone
from tests.e2e.cast import Cast, reasons
from tests.e2e.demo import Demo


async def a_word_of_hers_becomes_everyones(demo: Demo, cast: Cast) -> None:
    """She proposes it, the working group adopts it, she claims it; merged, it reads as the one kept."""
    group = Someone(demo.url, demo.token("working-group"), "WORKING_GROUP")
    label = {"nl": "Ritselen wat nodig is", "en": "Rustling up what is needed"}
    term = "term { id label { nl en } state cluster { id } mergedIntoId }"
    proposed = (await cast.noor.done("proposeTerm", term, label=label, clusterId="organising"))["term"]
    assert proposed == {
        **proposed,
        "label": label,
        "state": "PROPOSED",
        "cluster": {"id": "TermCluster:organising"},
    }
    early = {"name": {"termId": proposed["id"]}, "strength": 4, "energy": 2, "use": 3}
    assert reasons(await cast.noor.command("claimTalent", **early)) == {("WRONG_STATE", ("name", "termId"))}
    assert (await group.done("adoptTerm", term, termId=proposed["id"]))["term"]["state"] == "ADOPTED"
    claimed = await cast.noor.done("claimTalent", "talent { id name { nl en } term { id state } }", **early)
    talent = claimed["talent"].pop("id")
    assert claimed["talent"] == {"name": label, "term": {"id": proposed["id"], "state": "ADOPTED"}}

    words = 'talentCatalogue { terms(search: "vooruitd") { edges { node { id label { nl en } } } } }'
    (edge,) = (await cast.noor.ask(f"{{ {words} }}"))["talentCatalogue"]["terms"]["edges"]
    kept = edge["node"]
    merged = await group.done("mergeTerms", term, termIds=[proposed["id"]], intoId=kept["id"])
    assert merged["term"]["id"] == kept["id"]
    asked = (
        "query ($w: [Position!]) { me(waitFor: $w) { portfolio { talents { name { nl en } term { id } } } } }"
    )
    answer = await cast.noor.ask(asked, w=[merged["command"]["position"]])
    reads = {"name": kept["label"], "term": {"id": kept["id"]}}
    assert reads in answer["me"]["portfolio"]["talents"]
    await cast.noor.done("setTalentAside", talentId=talent)

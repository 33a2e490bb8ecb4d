"""What mirrors show, figure by figure, to compare with what they must show."""

from collections.abc import Sequence

from events.catalog.rounds import MirrorReleased, RoundClosed
from processes.keeper.closing import Row
from rules.feedback.mirror import Cell, CountBand, MeanBand, MirrorContents
from rules.feedback.questions import Perspective

_MEANS = {MeanBand.UP_TO_1_5: "1.5 or less", MeanBand.FROM_4_5: "4.5 or more"}


def figures_of(
    released: MirrorReleased, closed: RoundClosed, rows: Sequence[Row]
) -> dict[tuple[str, str], str]:
    """
    Return every figure by block and name, in the words of `expected`, and whatever else a mirror shows.

    `rows` are what is kept of the answers; a figure of them is the answers of a block.
    """
    contents = released.contents
    figures = _whole(contents) | _rows(rows)
    for block in contents.blocks:
        name = _named(block.perspectives)
        figures[name, "answered"] = _band(block.raters)
        figures[name, "steadiness"] = f"{block.steadiness:.2f}"
        if block.attributed:
            figures[name, "attributed"] = "yes"
    for shown in closed.blocks:
        figures[_named(shown.perspectives), "answered when closed"] = _band(shown.raters)
    for row in contents.rows:
        for block, cell in zip(contents.blocks, row.cells, strict=True):
            figures |= {(_named(block.perspectives), name): value for name, value in _cell(cell).items()}
    return figures


def _whole(contents: MirrorContents) -> dict[tuple[str, str], str]:
    """Return the figures that are not about one block."""
    figures = {}
    for row in contents.rows:
        if row.total is not None:
            figures["", "total mean"] = _mean(row.total)
        if row.own is not None or row.gap is not None:
            figures["", "own"] = f"{row.own} {row.gap}"
    if contents.steadiness is not None:
        figures["", "steadiness"] = f"{contents.steadiness:.2f}"
    if contents.left_out:
        figures["", "left out"] = _named(contents.left_out)
    if contents.picks or contents.comments:
        figures["", "picks and comments"] = f"{len(contents.picks)} {len(contents.comments)}"
    return figures


def _cell(cell: Cell) -> dict[str, str]:
    found = {}
    if cell.raters is not None:
        found["cell raters"] = _band(cell.raters)
    if cell.mean is not None:
        found["cell mean"] = _mean(cell.mean)
    if cell.spread is not None:
        found["cell spread"] = f"{cell.spread.low} {cell.spread.middle} {cell.spread.high}"
    return found


def _rows(rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """Return the answers in the rows by block, sorted, and how many rows are empty."""
    blocks: dict[str, list[int]] = {}
    for row in rows:
        scales = [answer.scale for answer in row.answers if answer.scale is not None]
        blocks.setdefault(_named(row.perspectives), []).extend(scales)
    figures = {(name, "rows"): " ".join(map(str, sorted(scales))) for name, scales in blocks.items() if name}
    return figures | {("", "empty rows"): str(sum(not row.perspectives for row in rows))}


def _named(perspectives: Sequence[Perspective]) -> str:
    return "+".join(perspectives)


def _band(band: CountBand) -> str:
    return f"{band.low}+" if band.high is None else f"{band.low}-{band.high}"


def _mean(mean: MeanBand) -> str:
    return _MEANS.get(mean) or str(float(mean.value))

"""The tables of releases: each release, what it shows, and the tree of units as it was at any cut-off."""

from typing import Final

from projections.table import Column, Table

VERSION: Final = 1

RELEASES: Final = Table(
    name=f"releases_v{VERSION}_releases",
    columns=(
        Column(name="epoch", type="integer"),
        Column(name="on_day", type="date"),
        Column(name="policy", type="text"),
        Column(name="layout_epoch", type="integer"),
        Column(name="positions", type="text"),  # JSON: of each partition, the last ordinal that counts
        Column(name="is_out", type="boolean"),  # published or held; nobody sees a release before that
        Column(name="held", type="text", nullable=True),
        Column(name="contributors", type="text", nullable=True),  # JSON of a band
        Column(name="contributors_epoch", type="integer", nullable=True),
    ),
    key=("subject", "epoch"),
)
# Only read whole, so cells and terms are kept as JSON. Regions stay on the log: nobody is shown them.
CLUSTERS: Final = Table(
    name=f"releases_v{VERSION}_clusters",
    columns=(
        Column(name="epoch", type="integer"),
        Column(name="cluster", type="text"),
        Column(name="cells", type="text"),
        Column(name="terms", type="text"),
    ),
    key=("subject", "epoch", "cluster"),
)
# A row for each change: a release is shown on the tree that its units were laid out on.
PLACES: Final = Table(
    name=f"releases_v{VERSION}_places",
    columns=(
        Column(name="unit", type="text"),
        Column(name="ordinal", type="bigint"),
        Column(name="parent", type="text", nullable=True),  # null: this change left it as it was
        Column(name="closed", type="boolean", nullable=True),  # likewise
    ),
    key=("unit", "ordinal"),
)

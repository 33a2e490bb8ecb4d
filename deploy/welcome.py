"""What a demo says when it is ready: where it is, who one can be, what to try."""

from typing import Final

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

WHO: Final = (
    ("owner", "PROFESSIONAL", "Fenna de Vries, keeps a portfolio"),
    ("lead", "PROFESSIONAL", "Joris Bakker, leads Team Kade and sees what a member sees"),
    ("member", "PROFESSIONAL", "Amina El Idrissi, in the same team"),
    ("hr", "HR", "sees the organisation, never a person's portfolio"),
    ("board", "BOARD", "likewise"),
    ("auditor", "AUDITOR", "verifies without opening"),
    ("privacy-officer", "PRIVACY_OFFICER", "records grounds"),
    ("working-group", "WORKING_GROUP", "makes lenses and words"),
    ("works-council", "WORKS_COUNCIL", "consents"),
    ("administrator", "ADMINISTRATOR", "grants roles"),
    ("hr-feed", "HR_FEED", "the HR system's own account"),
)
QUERY: Final = "{ me { displayName portfolio { talents { name { nl } strength energy quadrant } } } }"

TRY: Final = (
    (
        "how it came about",
        "{ me { portfolio { timeline(first: 5) { edges { node { at summary { nl } } } } } } }",
    ),
    (
        "half a year ago",
        '{ me { portfolio(asOf: "2026-06-01T00:00:00Z") { talents { name { nl } strength } } } }',
    ),
    (
        "what colleagues opened to me",
        "{ me { sharedWithMe { edges { node { owner { displayName } text } } } } }",
    ),
    (
        "words to pick from",
        '{ talentCatalogue { terms(search: "rust") { edges { node { id label { nl en } } } } } }',
    ),
    ("the organisation", "{ organisation { name units { name } policies { releaseEveryDays } } }"),
)


def welcome(screen: Console, *, host: str, port: int, probes_port: int) -> None:
    """Print it; `host` is what the gateway listens on."""
    machine = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::'} else host}"  # noqa: S104
    address = f"{machine}:{port}"
    screen.print(
        Panel.fit(
            f"Ask in a browser   [bold]{address}/graphql[/bold]\n"
            f"Health             {address}/health/ready\n"
            f"Metrics            {machine}:{probes_port}/metrics",
            title="IPP is ready",
            border_style="green",
        )
    )
    table = Table(title="Who you can be: a token's name, and the header IPP-Role", title_justify="left")
    for column in ("make token AS=", "IPP-Role", ""):
        table.add_column(column)
    for row in WHO:
        table.add_row(*row)
    screen.print(table)
    screen.print("To try from a terminal:", style="bold")
    screen.print(
        f"curl -s {address}/graphql \\\n"
        f'  -H "Authorization: Bearer $(make -s token AS=owner PORT={port})" \\\n'
        f"  -H 'Content-Type: application/json' \\\n"
        f'  -d \'{{"query": "{QUERY}"}}\'',
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    screen.print("More to try, also in the page above:", style="bold")
    for words, query in TRY:
        screen.print(f"{words:<30}{query}", highlight=False, markup=False, soft_wrap=True)
    screen.print("Ctrl-C stops it; what is in it is kept. FRESH=1 begins again.", style="dim")

"""Prints, when the demo is ready, its addresses, the people there are tokens for, and queries to try."""

from datetime import date, timedelta
from typing import Final

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

WHO: Final = (
    ("owner", "PROFESSIONAL", "Fenna de Vries, keeps a portfolio and has a mirror"),
    ("lead", "PROFESSIONAL", "Joris Bakker, leads Team Kade and sees what a member sees"),
    ("member", "PROFESSIONAL", "Amina El Idrissi, in the same team, asks for feedback now"),
    ("hr", "HR", "sees the organisation, never a person's portfolio"),
    ("board", "BOARD", "sees the organisation, never a person's portfolio"),
    ("auditor", "AUDITOR", "verifies the log without reading it"),
    ("privacy-officer", "PRIVACY_OFFICER", "records the assessment of privacy risks"),
    ("working-group", "WORKING_GROUP", "keeps the shared words for talents"),
    ("works-council", "WORKS_COUNCIL", "consents to policies"),
    ("confidential-adviser", "CONFIDENTIAL_ADVISER", "prints letters to raters without mail, masks comments"),
    ("administrator", "ADMINISTRATOR", "grants roles"),
    ("hr-feed", "HR_FEED", "the HR system's own account"),
)
HALF_A_YEAR: Final = timedelta(days=183)
QUERY: Final = "{ me { displayName portfolio { talents { name { nl } strength energy quadrant } } } }"

TRY: Final = (
    (
        "the history of a portfolio",
        "{ me { portfolio { timeline(first: 5) { edges { node { at summary { nl } } } } } } }",
    ),
    (
        "half a year ago",
        '{ me { portfolio(asOf: "{half_a_year_ago}T00:00:00Z") { talents { name { nl } strength } } } }',
    ),
    (
        "what colleagues share with me",
        "{ me { sharedWithMe { edges { node { owner { displayName } text } } } } }",
    ),
    (
        "words to pick from",
        '{ talentCatalogue { terms(search: "rust") { edges { node { id label { nl en } } } } } }',
    ),
    (
        "a mirror of feedback",
        "{ me { rounds { state mirror { rows { question { text { nl } } self total gap } } } } }",
    ),
    ("the organisation", "{ organisation { name units { name } policies { releaseEveryDays } } }"),
)


def welcome(screen: Console, *, host: str, port: int, probes_port: int, today: date) -> None:
    """Print all of it; `host` is the address that the gateway listens on."""
    machine = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::'} else host}"  # noqa: S104
    address = f"{machine}:{port}"
    screen.print(
        Panel.fit(
            f"In a browser       [bold]{address}/graphql[/bold]\n"
            f"Mails it sends     {address}/mails\n"
            f"Health             {address}/health/ready\n"
            f"Metrics            {machine}:{probes_port}/metrics",
            title="IPP is ready",
            border_style="green",
        )
    )
    table = Table(
        title="People you can be: the name for a token, and the header IPP-Role", title_justify="left"
    )
    for column in ("make token AS=", "IPP-Role", ""):
        table.add_column(column)
    for row in WHO:
        table.add_row(*row)
    screen.print(table)
    screen.print("Try it from a terminal:", style="bold")
    screen.print(
        f"curl -s {address}/graphql \\\n"
        f'  -H "Authorization: Bearer $(make -s token AS=owner PORT={port})" \\\n'
        f"  -H 'Content-Type: application/json' \\\n"
        f'  -d \'{{"query": "{QUERY}"}}\'',
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    screen.print("More queries, also for the page above:", style="bold")
    half_a_year_ago = (today - HALF_A_YEAR).isoformat()
    for words, pattern in TRY:
        query = pattern.replace("{half_a_year_ago}", half_a_year_ago)
        screen.print(f"{words:<30}{query}", highlight=False, markup=False, soft_wrap=True)
    screen.print(
        "Ctrl-C stops the demo and keeps its data. FRESH=1 deletes the data and starts again.", style="dim"
    )

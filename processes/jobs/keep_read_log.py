"""Makes room in the read log for the months ahead, and drops the months that need not be kept any more."""

from typing import Final

from events.privacy import disclosures
from kit.postgres.connections import connect_own
from processes.job import Job, JobContext
from projections.views import organisation

MONTHS_KEPT_DEFAULT: Final = 24
"""How long the read log is kept while no policy says otherwise."""


def run(context: JobContext) -> None:
    """Add and drop months. Raises psycopg's errors."""
    policy = context.read(organisation.policy_in_force)
    months = policy.read_log_months if policy else MONTHS_KEPT_DEFAULT
    with connect_own(context.database_url, application_name="read-log") as connection:
        disclosures.create_tables(connection, context.today)
        disclosures.drop_older_than(connection, months, context.today)


JOB: Final = Job(name="keep_read_log", run=run, daily=True)

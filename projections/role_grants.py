"""What the directory says of an employment and of granted roles, in the days that rules/access decides by."""

from datetime import UTC, date, datetime

from kit.clock import Calendar
from projections.views import directory
from rules.access.roles import Employment, grant_is_over


def grant_left_on(grant: directory.RoleGrant, calendar: Calendar) -> date | None:
    """Return the day on which the holder left, if the grant ended by that."""
    if grant.leaving is None:
        return None
    over = grant_is_over(granted_on(grant.granted_at), employment_of(grant.leaving, calendar))
    return grant.leaving.left_on if over else None


def employment_of(leaving: directory.Leaving | None, calendar: Calendar) -> Employment:
    """Return the employment of somebody registered, from their last leaving if there was one."""
    if leaving is None:
        return Employment()
    returned = leaving.returned_at
    return Employment(
        left_on=leaving.left_on,
        left_recorded_on=calendar.local(leaving.recorded_at).date(),
        returned_on=None if returned is None else calendar.local(returned).date(),
    )


def granted_on(granted_at: datetime) -> date:
    """Return the day of a grant: the log keeps it as midnight UTC of the organisation's day."""
    return granted_at.astimezone(UTC).date()

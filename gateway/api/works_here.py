"""What professionals lose with their job: everything but their own portfolio."""

from gateway.context import Info
from gateway.errors import ErrorCode, GatewayError
from rules.access.roles import Role


async def check_works_here(info: Info, *, to: str) -> None:
    """Raise FORBIDDEN for a professional who left; `to` says what they wanted to do."""
    caller = (await info.caller()).person
    if info.context.role is Role.PROFESSIONAL and (caller is None or caller.ended_on is not None):
        raise GatewayError(ErrorCode.FORBIDDEN, f"Only somebody who works here can {to}.")

"""Real clients on the stack of docker-compose.yml: releases that its processes make, and those missed."""

import asyncio
import json
import re
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.clients.following import followed, following
from tests.compose.issuer import Issuer
from tests.compose.stack import Stack
from tests.e2e.asking import Someone, new_command
from tests.e2e.releases.releasing import until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]
WAIT_S_MAX: Final = 300.0
SHORTER_EVERY_DAYS: Final = (190, 90, 45)
"""
Each of these policies makes one release due. The first policy is a year old and wanted one in 366 days; days
that were missed make one release, so each number is more than half of the days since the last one.
"""
SEND: Final = """
import sys, httpx
name, body, token, role = sys.argv[1:]
headers = {"Authorization": f"Bearer {token}", "IPP-Role": role, "Content-Type": "application/json"}
print(httpx.post(f"http://127.0.0.1:8000/commands/{name}", content=body, headers=headers).text)
"""
SUBSCRIPTIONS: Final = """
import urllib.request
lines = urllib.request.urlopen("http://127.0.0.1:9000/metrics").read().decode().splitlines()
print(*[line.split()[1] for line in lines if line.startswith("ipp_gateway_subscriptions_open ")])
"""


def policy(every_days: int) -> dict[str, Any]:
    return {
        "floors": {},
        "releaseEveryDays": every_days,
        "sharingDaysMax": 365,
        "portfolioDaysAfterLeaving": 90,
    }


class Company:
    """Those who work with the stack's releases: the administrator, and its own processes."""

    def __init__(self, issuer: Issuer, stack: Stack) -> None:
        self._issuer, self._stack = issuer, stack

    def person(self, number: str, role: str) -> Someone:
        return Someone(self._stack.url, self._issuer.token(number), role)

    async def adopt(self, every_days: int) -> None:
        await self.person("administrator", "ADMINISTRATOR").done("adoptPolicy", **policy(every_days))

    def adopt_without_gateway(self, every_days: int) -> str:
        """Send the command to the services, as the gateway does; return the policy."""
        body = json.dumps({"commandId": new_command(), "input": policy(every_days)})
        token = self._issuer.token("administrator")
        said = self._stack.run_in(
            "services", "python", "-c", SEND, "adoptPolicy", body, token, "ADMINISTRATOR"
        )
        result = json.loads(said)
        assert result["outcome"] == "ACCEPTED", result
        return str(result["entityId"])

    def releases_made(self) -> int:
        """Return how many releases the process that makes them says there are."""
        checks = httpx.get(f"{self._stack.processes_url}/health/ready").json()["checks"]
        found = re.match(r"(\d+) releases were made", checks["releases"]["sentence"])
        return int(found[1]) if found else 0

    def subscriptions_open(self) -> int:
        return int(float(self._stack.run_in("gateway", "python", "-c", SUBSCRIPTIONS)))

    async def consented(self, policy_id: str) -> None:
        """Record what feedback rounds require under a new policy, as other tests find it."""
        decided = {
            "policyId": policy_id,
            "promiseVersion": 1,
            "decidedOn": "2026-01-01",
            "document": 32 * "ab",
        }
        await self.person("privacy-officer", "PRIVACY_OFFICER").done("recordDpia", **decided)
        await self.person("works-council", "WORKS_COUNCIL").done("recordWorksCouncilConsent", **decided)


def test_gql_and_typescript_receive_releases_of_the_stack_and_those_missed_during_a_restart(
    issuer_and_stack: tuple[Issuer, Stack], program: tuple[str, Path]
) -> None:
    issuer, stack = issuer_and_stack
    company = Company(issuer, stack)
    now, *later = SHORTER_EVERY_DAYS
    received: list[dict[str, Any]] = []
    printed: list[dict[str, Any]] = []

    async def steps() -> None:
        assert await asyncio.to_thread(company.releases_made) == 0
        with following(*program, url=stack.url, token=issuer.token("hr")) as said:
            async with aclosing(followed(stack.url, issuer.token)) as found:
                first = asyncio.create_task(anext(found))
                await until(lambda: company.subscriptions_open() == 2)
                await company.adopt(now)
                received.append(await first)
                stack.kill("gateway")
                for made, every_days in enumerate(later, start=2):
                    adopted = await asyncio.to_thread(company.adopt_without_gateway, every_days)
                    await until(lambda made=made: company.releases_made() == made)
                await asyncio.to_thread(stack.start, "gateway")
                received.extend([await anext(found) for _ in later])
                printed.extend([said.release(within_s=WAIT_S_MAX) for _ in received])
        await company.consented(adopted)

    asyncio.run(asyncio.wait_for(steps(), WAIT_S_MAX))
    assert [each["epoch"] for each in received] == [1, 2, 3]
    assert [each["held"] for each in received] == [False, True, True], received
    assert [cell["holders"] for cell in received[0]["cells"] if cell["holders"]]
    assert httpx.get(received[0]["explanation"]["nl"]).status_code == httpx.codes.OK
    assert [(each["id"], each["held"]) for each in printed] == [
        (each["id"], each["held"]) for each in received
    ]
    assert printed[0]["shown"]

"""Bodies as clients and proxies send them: without a stated length, and never compressed."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from processes.hr_feed.upload import BODY_BYTES_MAX
from tests.processes.house import caught_up, inhabited
from tests.processes.test_hr_feed import UNITS, Feed, done

pytestmark = pytest.mark.postgres
EDGE = "edge"


@pytest.fixture
def feed(database_with_tables: str) -> Iterator[Feed]:
    with inhabited(database_with_tables) as house:
        yield Feed(house)


def chunked(feed: Feed, body: AsyncIterator[bytes], **headers: str) -> httpx.Response:
    """Send a body whose length nobody says beforehand, as `curl -T -` and many libraries do."""
    caught_up(feed.house)
    given = {
        "ipp-role": "HR_FEED",
        "authorization": "feed",
        "content-type": f"multipart/form-data; boundary={EDGE}",
    }

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(feed.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hr", timeout=60) as client:
            return await client.post("/hr-feed", content=body, headers=given | headers)

    return asyncio.run(send())


async def form(content: bytes, *, times: int = 1) -> AsyncIterator[bytes]:
    yield f'--{EDGE}\r\nContent-Disposition: form-data; name="f"; filename="units.csv"\r\n\r\n'.encode()
    for _ in range(times):
        yield content
    yield f"\r\n--{EDGE}--\r\n".encode()


def test_a_body_without_a_stated_length_is_taken_and_one_over_the_limit_is_not(feed: Feed) -> None:
    answer = chunked(feed, form(UNITS))
    assert answer.status_code == 200, answer.text
    assert len(done(answer.json())) > 0
    much = BODY_BYTES_MAX // 1_000_000 + 2
    assert chunked(feed, form(b"x" * 1_000_000, times=much)).status_code == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_compressed_body_is_refused_by_name(feed: Feed, encoding: str) -> None:
    answer = chunked(feed, form(UNITS), **{"content-encoding": encoding})
    assert answer.status_code == 415
    assert "Content-Encoding" in answer.text

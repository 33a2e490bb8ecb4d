"""A caller's bucket is refilled evenly, and the number of buckets is bounded."""

from kit.rate_limit import RateLimiter


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def test_who_was_silent_longest_is_forgotten_first() -> None:
    limiter = RateLimiter(per_minute=1, burst=1, callers_max=2, now_s=Clock())
    assert [limiter.take(caller) for caller in ("a", "b", "b", "c")] == [0, 0, 60, 0]
    assert limiter.take("c") == 60
    assert limiter.take("a") == 0


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    clock = Clock()
    limiter = RateLimiter(per_minute=60, burst=2, callers_max=2, now_s=clock)
    clock.now_s += 24 * 3_600
    assert [limiter.take("a") for _ in range(3)] == [0, 0, 1]


def test_what_is_charged_beyond_the_bucket_has_to_refill_before_anything_is_taken() -> None:
    clock = Clock()
    limiter = RateLimiter(per_minute=60, burst=2, callers_max=2, now_s=clock)
    limiter.charge("a", 5)
    assert [limiter.take("a", 0), limiter.take("a")] == [3, 4]
    clock.now_s += 3
    assert [limiter.take("a", 0), limiter.take("a"), limiter.take("b")] == [0, 1, 0]


def test_a_charge_drops_the_oldest_caller_as_a_request_does() -> None:
    limiter = RateLimiter(per_minute=60, burst=2, callers_max=2, now_s=Clock())
    for caller in ("a", "b", "c"):
        limiter.charge(caller, 1)
    assert len(limiter) == 2

"""Tries one attack in a process of its own until its standard input ends, then prints how it was answered."""

import json
import sys
import threading
from collections import Counter
from typing import Final

from tests.e2e.attacks.every import ATTACKS
from tests.e2e.attacks.target import Target

FIRST_ANSWER_S_MAX: Final = 15.0
LAST_ANSWER_S_MAX: Final = 0.3


def main() -> None:
    given = json.loads(sys.stdin.readline())
    (attack,) = [each for each in ATTACKS if each.name == given["name"]]
    target, answers = Target(**given["target"]), Counter[str]()
    answered, done = threading.Event(), threading.Event()

    def attacker() -> None:
        while not done.is_set():
            answer = attack.once(target)
            answers[answer] += 1
            answered.set()

    threads = [threading.Thread(target=attacker, daemon=True) for _ in range(attack.threads)]
    for thread in threads:
        thread.start()
    answered.wait(FIRST_ANSWER_S_MAX)
    print("begun", flush=True)  # noqa: T201 - for the process that started this one
    sys.stdin.read()
    done.set()
    for thread in threads:
        thread.join(LAST_ANSWER_S_MAX)
    print(json.dumps(answers))  # noqa: T201


if __name__ == "__main__":
    main()

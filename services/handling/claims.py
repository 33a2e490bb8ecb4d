"""The person whom a command names by a claim, and whether somebody may come in by that claim."""

from typing import Protocol

from kit.ids import new_id
from rules.commands import CommandResult
from services.decisions.command import Command
from services.handling.roles import RoleReader


class ClaimVault(Protocol):
    """What is needed of events/privacy/vault.py."""

    def person_for(self, claim_value: str) -> str | None: ...
    def person_for_or_new(self, claim_value: str) -> str: ...
    def replace_person(self, claim_value: str, *, former: str) -> str: ...
    def doubt(self, claim_value: str, *, person: str) -> None: ...
    def trust(self, claim_value: str, *, person: str) -> None: ...


class Claims:
    """Finds persons by claim; safe from several threads."""

    def __init__(self, vault: ClaimVault, roles: RoleReader) -> None:
        self._vault = vault
        self._roles = roles

    def person(self, command: Command, *, sender: str, expected_version: int | None) -> str | None:
        """
        Return the person whom the command is about.

        A claim of somebody who left names a new person before the command is decided, not after it: if this
        process stops in between, the claim names somebody who is not registered, and a retry goes on.
        """
        claim = command.person_claim()
        if claim is None:
            return sender
        if not command.creates_person:
            return self._vault.person_for(claim)
        person = self._vault.person_for_or_new(claim)
        if command.replaces_person() and not expected_version and self._roles.left(person):
            return self._vault.replace_person(claim, former=person)
        return person

    def rehearsed_person(self, command: Command, *, sender: str, new: dict[str, str]) -> str | None:
        """Return the person whom the command is about; one who would be new gets an id in `new` only."""
        claim = command.person_claim()
        if claim is None:
            return sender
        person = new.get(claim) or self._vault.person_for(claim)
        if not command.creates_person or claim in new:
            return person
        if person is None or (command.replaces_person() and self._roles.left(person)):
            person = new[claim] = new_id()
        return person

    def note(self, command: Command, person: str | None, result: CommandResult) -> None:
        """
        Keep a claim in doubt that HR gives out again, from the refusal until HR says who has it.

        It still names the person who left, who may use the portfolio for some time: so nobody comes in by it
        until it is known whether the one who has it now is the same person.
        """
        claim = command.person_claim()
        if not command.identifies or claim is None or person is None:
            return
        codes = {refusal.code for refusal in result.refusals}
        if result.outcome == "ACCEPTED" or codes == {"ALREADY_SO"}:
            self._vault.trust(claim, person=person)
        elif "CONFIRMATION_NEEDED" in codes and self._roles.left(person):
            self._vault.doubt(claim, person=person)

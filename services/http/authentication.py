"""Who sends a request: its bearer token verified, and the person found whom the token's claim names."""

from collections.abc import Mapping
from typing import Final, Protocol

from kit.http.tokens import TokenRefusedError, TokenVerifier
from rules.access.roles import Role
from services.handling.results import Caller

ROLE_HEADER: Final = "IPP-Role"


class UnauthenticatedError(Exception):
    """There is no token, or it is refused; the message says why."""


class NobodyKnownError(Exception):
    """The token is good, and names nobody who is known here."""


class UnknownRoleError(Exception):
    """The header names no role."""


class Persons(Protocol):
    def person_for(self, claim_value: str) -> str | None: ...


class CallerReader:
    """Reads callers from request headers; safe from several threads."""

    def __init__(self, *, verifier: TokenVerifier, persons: Persons, person_claim: str) -> None:
        self._verifier = verifier
        self._persons = persons
        self._person_claim = person_claim

    def read(self, headers: Mapping[str, str]) -> Caller:
        """
        Return who sends a request with these headers, in the role it names (PROFESSIONAL when absent).

        Whether that role is held is not asked here. Raises the errors above, IssuerUnreachableError and
        VaultUnreachableError.
        """
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise UnauthenticatedError("this needs the header `Authorization: Bearer <token>`")
        try:
            claims = self._verifier.verify(token.strip())
        except TokenRefusedError as error:
            raise UnauthenticatedError(str(error)) from None
        role = _role(headers.get(ROLE_HEADER))
        value = claims.get(self._person_claim)
        person = self._persons.person_for(value) if isinstance(value, str) and value else None
        if person is None:
            raise NobodyKnownError("nobody is known here by this token")
        return Caller(person=person, role=role)


def _role(named: str | None) -> Role:
    choice = (named or Role.PROFESSIONAL.name).strip().upper()
    if choice not in Role.__members__ or choice == Role.PUBLIC.name:
        names = ", ".join(role.name for role in Role if role is not Role.PUBLIC)
        raise UnknownRoleError(f"the header {ROLE_HEADER} is one of: {names}")
    return Role[choice]

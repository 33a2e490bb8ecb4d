"""Finds the caller of a request: verifies the bearer token and looks up the person its claim names."""

from collections.abc import Mapping
from typing import Protocol

from kit.errors import ForbiddenError, UnauthenticatedError
from kit.http.tokens import TokenVerifier, bearer_token
from rules.access.roles import ROLE_HEADER, role_named
from services.handling.results import Caller


class NobodyKnownError(ForbiddenError):
    """The token is valid, but its claim names nobody who is known here."""


class Persons(Protocol):
    def caller_for(self, claim_value: str) -> str | None: ...


class CallerReader:
    """Reads callers from request headers; safe from several threads."""

    def __init__(self, *, verifier: TokenVerifier, persons: Persons, person_claim: str) -> None:
        self._verifier = verifier
        self._persons = persons
        self._person_claim = person_claim

    def read(self, headers: Mapping[str, str]) -> Caller:
        """
        Return the caller, in the role that the headers name (PROFESSIONAL if none).

        It is not checked here whether the caller holds the role. Raises RequestError: UNAUTHENTICATED;
        FORBIDDEN if the person is not known; BAD_REQUEST for an unknown role; UNAVAILABLE if the issuer or
        the vault does not answer.
        """
        token = bearer_token(headers)
        if token is None:
            raise UnauthenticatedError("this needs the header `Authorization: Bearer <token>`")
        claims = self._verifier.verify(token)
        role = role_named(headers.get(ROLE_HEADER))
        value = claims.get(self._person_claim)
        person = self._persons.caller_for(value) if isinstance(value, str) and value else None
        if person is None:
            raise NobodyKnownError("nobody is known here by this token")
        return Caller(person=person, role=role)

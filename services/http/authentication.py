"""Finds the caller of a request: by a token whose claim names the person, or by a rater's code."""

from collections.abc import Mapping
from typing import Protocol

from kit.errors import ForbiddenError, UnauthenticatedError
from kit.http.tokens import TokenVerifier, bearer_token
from rules.access.roles import ROLE_HEADER, Role, role_named
from rules.feedback.rater_code import caller_of, read_code
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

        A rater's code in place of the token makes a RATER, whom the code names; whether there is such a code
        is found out where it is used, so that all wrong codes get one answer.

        It is not checked here whether the caller holds the role. Raises RequestError: UNAUTHENTICATED;
        FORBIDDEN if the person is not known; BAD_REQUEST for an unknown role; UNAVAILABLE if the issuer or
        the vault does not answer.
        """
        token = bearer_token(headers)
        if token is None:
            raise UnauthenticatedError("this needs the header `Authorization: Bearer <token>`")
        if (code := read_code(token)) is not None:
            if (
                headers.get(ROLE_HEADER) is not None
                and role_named(headers.get(ROLE_HEADER)) is not Role.RATER
            ):
                raise ForbiddenError("a rater's code is for the role RATER alone")
            return Caller(person=caller_of(code), role=Role.RATER)
        claims = self._verifier.verify(token)
        role = role_named(headers.get(ROLE_HEADER))
        if role is Role.RATER:
            raise ForbiddenError("the role RATER comes with the code of an invitation")
        value = claims.get(self._person_claim)
        person = self._persons.caller_for(value) if isinstance(value, str) and value else None
        if person is None:
            raise NobodyKnownError("nobody is known here by this token")
        return Caller(person=person, role=role)

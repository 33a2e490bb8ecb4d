"""Putting the processes together with the services they ask: for the demo and for production alike."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, FastAPI, HTTPException

from events.privacy import disclosures as read_log
from events.privacy.sealing import VaultUnreachableError
from events.privacy.vault import Vault
from kit.clock import Calendar
from kit.health import Health
from kit.http.tokens import IssuerUnreachableError
from kit.postgres.connections import connect_own, connect_own_async
from processes.hr_feed.endpoint import feed_routes
from processes.hr_feed.feed import Give, Outcome
from processes.scheduler import Scheduler
from services.contexts.portfolio.sharing.commands import EndItemSharings
from services.handling.handler import CommandHandler
from services.handling.registry import MalformedCommandError, read_command
from services.handling.results import Caller, ForbiddenError, UnavailableError
from services.http.app import Contained
from services.http.authentication import (
    CallerReader,
    NobodyKnownError,
    UnauthenticatedError,
    UnknownRoleError,
)

_STATUS = {
    UnauthenticatedError: 401,
    NobodyKnownError: 403,
    ForbiddenError: 403,
    UnknownRoleError: 400,
    VaultUnreachableError: 503,
    IssuerUnreachableError: 503,
    UnavailableError: 503,
}
# It was not so any more when it was decided. Any other refusal leaves it to be done.
_NOT_SO: Final = ({"ALREADY_SO"}, {"NOT_FOUND"}, {"WRONG_STATE"})
_NO_LONGER: Final = (
    "FORBIDDEN",
    "Dit mocht niet meer: de rol is intussen ingetrokken.",
    "This was no longer allowed: the role has been withdrawn meanwhile.",
)


def scheduler_of(
    handler: CommandHandler, *, database_url: str, calendar: Calendar, health: Health
) -> Scheduler:
    """Return the scheduler, which gives its commands to this handler."""

    def give(command: EndItemSharings, *, process: str, occasion: str) -> bool:
        try:
            ended = handler.handle_for_process(command, process=process, occasion=occasion)
        except UnavailableError:
            return False  # the handler logged why
        return ended.outcome == "ACCEPTED" or {refusal.code for refusal in ended.refusals} in _NOT_SO

    def keep_read_log(today: date, months: int) -> None:
        with connect_own(database_url, application_name="read-log") as connection:
            read_log.create_tables(connection, today)
            read_log.drop_older_than(connection, months, today)

    return Scheduler(
        connect=_connect(database_url, "scheduler"),
        give=give,
        keep_read_log=keep_read_log,
        calendar=calendar,
        health=health,
    )


def app_of(*routers: APIRouter) -> FastAPI:
    """Return the application of the processes, whose errors are logged without their text."""
    app = FastAPI(title="IPP processes", docs_url=None, redoc_url=None, openapi_url=None)
    for router in routers:
        app.include_router(router)
    app.add_middleware(Contained)
    return app


def feed_of(
    handler: CommandHandler, *, callers: CallerReader, vault: Vault, database_url: str, calendar: Calendar
) -> APIRouter:
    """Return the routes of HR's files, carried out by this handler in the name of who sends them."""

    def give_for(headers: Mapping[str, str]) -> Give:
        try:
            caller = callers.read(headers)
            handler.require_role("registerProfessional", caller)
        except tuple(_STATUS) as error:
            raise HTTPException(_STATUS[type(error)], str(error)) from error
        return _giving(handler, caller)

    return feed_routes(
        connect=_connect(database_url, "hr-feed"),
        numbers=vault.claims_of,
        give_for=give_for,
        calendar=calendar,
    )


def _giving(handler: CommandHandler, caller: Caller) -> Give:
    def give(name: str, given: Mapping[str, Any], command_id: str) -> Outcome:
        try:
            ended = handler.handle(read_command(name, dict(given)), caller=caller, command_id=command_id)
        except UnavailableError:
            return Outcome(outcome="UNSETTLED")
        except MalformedCommandError as error:
            return Outcome(outcome="REFUSED", refusals=(("INVALID_INPUT", str(error), str(error)),))
        except ForbiddenError:
            # Withdrawn while the files were carried out: the report still tells what was done before.
            return Outcome(outcome="REFUSED", refusals=(_NO_LONGER,))
        reasons = tuple((refusal.code, refusal.nl, refusal.en) for refusal in ended.refusals)
        return Outcome(outcome=ended.outcome, refusals=reasons)

    return give


def _connect(url: str, name: str) -> Callable[[], Any]:
    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        async with await connect_own_async(url, application_name=name) as connection:
            yield connection

    return connect

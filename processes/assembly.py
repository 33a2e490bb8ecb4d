"""Builds the loops of the processes and HR's routes on the services, for the demo and for production."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from eventsourcing.persistence import EventStore
from fastapi import APIRouter, FastAPI, HTTPException

from events.log.config import LogConfig
from events.log.proof.notes import NoteSigner
from events.privacy.made_releases import MadeReleases
from events.privacy.mirror_keys import MirrorKeys
from events.privacy.vault import Vault
from events.streams import Stream
from kit.clock import Calendar
from kit.errors import ForbiddenError, RequestError, UnavailableError
from kit.health import Health
from kit.ids import is_id
from kit.postgres.connections import connect_own, connect_own_async
from processes.checkpoints.loop import NAME as CHECKPOINTS
from processes.checkpoints.loop import CheckpointLoop
from processes.checkpoints.maker import CheckpointMaker
from processes.closing.closer import NAME as CLOSER
from processes.closing.closer import Closer, Parts
from processes.closing.loop import ClosingLoop
from processes.closing.recompute import MirrorRecomputing
from processes.hr_feed.endpoint import feed_routes
from processes.hr_feed.feed import Sender, SendRequest
from processes.job import SendCommand, read_views
from processes.recomputing import Recomputing
from processes.releases.maker import NAME as MAKER
from processes.releases.maker import Maker
from processes.releases.maker import Parts as MakerParts
from processes.releases.recompute import NoSuchReleaseError
from processes.releases.recompute import recompute as recompute_release
from processes.scheduler import NAME as SCHEDULER
from processes.scheduler import Scheduler
from projections.views import rounds
from projections.views.contributions import BasisNotReadyError
from rules.audit.recomputation import Recomputation
from rules.commands import CommandRequest, CommandResult, Refusal
from rules.releases.model import organisation_and_epoch
from services.contexts.releases.decider import DECIDER
from services.decisions.command import Command
from services.feedback.invitation_chores import InvitationChores
from services.handling.handler import CommandHandler
from services.handling.registry import MalformedCommandError, read_command
from services.handling.results import NothingAppliedError
from services.handling.state_cache import StateCache
from services.http.app import ErrorBoundary, request_error
from services.http.authentication import (
    CallerReader,
)

# What was due is done already, or no longer due. After any other refusal it still has to be done.
_DONE_IF_REFUSED_WITH: Final = ({"ALREADY_SO"}, {"NOT_FOUND"}, {"WRONG_STATE"})
_NO_LONGER: Final = Refusal(
    code="NOT_FOUND",
    nl="Dit mocht niet meer: de rol is intussen ingetrokken.",
    en="This was no longer allowed: the role has been withdrawn meanwhile.",
)


def scheduler_of(
    handler: CommandHandler,
    *,
    database_url: str,
    invitations: InvitationChores,
    calendar: Calendar,
    health: Health,
) -> Scheduler:
    """Return a scheduler of all jobs, whose commands this handler carries out."""
    return Scheduler(
        database_url=database_url,
        send=_send_for(handler, SCHEDULER),
        invitations=invitations,
        calendar=calendar,
        health=health,
    )


def closing_of(handler: CommandHandler, parts: Parts, *, health: Health) -> ClosingLoop:
    """Return the loop that ends rounds; this handler cancels those whose key the keeper lost."""
    return ClosingLoop(Closer(parts), keeper=parts.keeper, send=_send_for(handler, CLOSER), health=health)


def maker_of(
    handler: CommandHandler,
    *,
    store: EventStore[str],
    vault: Vault,
    made: MadeReleases,
    database_url: str,
    calendar: Calendar,
) -> Maker:
    """Return the maker of releases, whose commands this handler carries out."""

    def send(command: Command, *, occasion: str) -> CommandResult:
        return handler.handle_for_process(command, process=MAKER, occasion=occasion)

    parts = MakerParts(
        send=send,
        store=store,
        rules=handler.releases.rules,
        organisation=vault.organisation,
        made=made,
        calendar=calendar,
        database_url=database_url,
    )
    return Maker(parts)


def checkpoints_of(
    handler: CommandHandler, *, config: LogConfig, signer: NoteSigner, calendar: Calendar, health: Health
) -> CheckpointLoop:
    """Return the loop that makes a checkpoint of this log a day, signed by this signer."""
    send = _send_for(handler, CHECKPOINTS)
    maker = CheckpointMaker(config=config, signer=signer, send=send, calendar=calendar)
    return CheckpointLoop(maker, health=health)


def recomputing_of(
    handler: CommandHandler,
    *,
    store: EventStore[str],
    vault: Vault,
    mirror_keys: MirrorKeys,
    database_url: str,
    calendar: Calendar,
) -> Recomputing:
    """Return what computes releases and mirrors again for auditors."""
    mirrors = MirrorRecomputing(
        store=store, mirror_keys=mirror_keys, organisation=vault.organisation, calendar=calendar
    )
    releases = StateCache(store)

    def recompute(of: str) -> Recomputation | None:
        named = organisation_and_epoch(of)
        if named is None:
            if not is_id(of):
                return None
            place = read_views(database_url, lambda connection: rounds.place_of_mirror(connection, of))
            return mirrors.recompute(*place) if place is not None else None
        if named[0] != vault.organisation():
            return None
        state = releases.load(DECIDER, (Stream("release", named[0]).name,)).state
        try:
            with connect_own(database_url, application_name="recompute") as connection:
                return recompute_release(state, named[1], connection=connection)
        except NoSuchReleaseError:
            return None
        except BasisNotReadyError as error:
            raise UnavailableError("the views lack facts that it rests on now; try again later") from error

    return Recomputing(recompute, require_role=handler.require_role)


def _send_for(handler: CommandHandler, process: str) -> SendCommand:
    def send(command: Command, *, occasion: str) -> bool:
        try:
            result = handler.handle_for_process(command, process=process, occasion=occasion)
        except NothingAppliedError:
            return False  # the handler logged why
        return (
            result.outcome == "ACCEPTED"
            or {refusal.code for refusal in result.refusals} in _DONE_IF_REFUSED_WITH
        )

    return send


def app_of(*routers: APIRouter) -> FastAPI:
    """Return the application of the processes, whose errors are logged without their text."""
    app = FastAPI(title="IPP processes", docs_url=None, redoc_url=None, openapi_url=None)
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(RequestError, request_error)
    app.add_middleware(ErrorBoundary)
    return app


def feed_of(
    handler: CommandHandler, *, callers: CallerReader, vault: Vault, database_url: str, calendar: Calendar
) -> APIRouter:
    """Return the routes of HR's files; the handler carries out the commands in the name of the sender."""

    def sender_for(headers: Mapping[str, str]) -> Sender:
        try:
            caller = callers.read(headers)
            handler.require_role("registerProfessional", caller)
        except RequestError as error:
            raise HTTPException(error.status, str(error)) from error

        def carried_out(command: Command, command_id: str) -> CommandResult:
            return handler.handle(command, caller=caller, command_id=command_id)

        return Sender(send=_sending(carried_out), rehearsal=lambda: _sending(handler.rehearsal(caller)))

    return feed_routes(
        connect=_connect(database_url, "hr-feed"),
        numbers=vault.claims_of,
        sender_for=sender_for,
        calendar=calendar,
    )


def _sending(decide: Callable[[Command, str], CommandResult]) -> SendRequest:
    def send(request: CommandRequest) -> CommandResult:
        def refused(refusal: Refusal) -> CommandResult:
            return CommandResult(command_id=request.command_id, outcome="REFUSED", refusals=(refusal,))

        try:
            return decide(read_command(request.name, request.input), request.command_id)
        except NothingAppliedError:
            return CommandResult(command_id=request.command_id, outcome="UNSETTLED")
        except MalformedCommandError as error:
            return refused(Refusal(code="INVALID_INPUT", nl=str(error), en=str(error)))
        except ForbiddenError:
            # The role was withdrawn meanwhile. No error, so that the report shows what was done before.
            return refused(_NO_LONGER)

    return send


def _connect(url: str, name: str) -> Callable[[], Any]:
    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        async with await connect_own_async(url, application_name=name) as connection:
            yield connection

    return connect

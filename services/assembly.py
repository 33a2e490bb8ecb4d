"""Opens everything that commands need as the settings say: log, vault and handler."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from eventsourcing.persistence import EventStore

from events.assembly import log_config, open_invitations, open_log, open_outbox, open_vault
from events.codec import EventMapper
from events.log.audited_log import AuditedLog
from events.log.proof.notes import NoteSigner
from events.log.recorder import LogRecorder
from events.privacy.invitations import Invitations
from events.privacy.vault import Vault
from kit.clock import Calendar, SystemClock
from kit.http.tokens import TokenVerifier
from kit.secrets import read_key
from kit.settings import Settings
from services.audit.auditing import Auditing
from services.audit.evidence import MakeBundle, bundles_of, no_bundle
from services.feedback.delivery import Delivery
from services.feedback.hand_in import Feedback
from services.feedback.http_keeper import HttpKeeper
from services.feedback.invitation_chores import InvitationChores
from services.feedback.keeper import Keeper
from services.feedback.raters import Raters
from services.feedback.round_states import RoundStates
from services.handling.context.round_lookups import RoundParts
from services.handling.handler import CommandHandler
from services.http.authentication import CallerReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of a process that handles commands."""

    calendar: Calendar
    vault: Vault
    recorder: LogRecorder
    mapper: EventMapper
    handler: CommandHandler
    invitations: Invitations
    chores: InvitationChores
    keeper: Keeper | None
    """None without the secret to reach one: then no round can be opened here."""
    feedback: Feedback | None
    """What raters ask; None in an installation without a keeper."""
    delivery: Delivery
    auditing: Auditing
    person_claim: str

    def callers(self, verifier: TokenVerifier) -> CallerReader:
        """Return what finds the caller of a request by the token's claim that names people."""
        return CallerReader(verifier=verifier, persons=self.vault, person_claim=self.person_claim)


@contextmanager
def open_services(settings: Settings, *, keeper: Keeper | None = None) -> Iterator[Services]:
    """
    Open log and vault for commands, and close them at the end. Raises SecretError.

    `keeper` is the one of this process, if it has one; otherwise the settings say where it is.
    """
    calendar = Calendar(clock=SystemClock(), zone=settings.zone)
    with ExitStack() as stack:
        vault = stack.enter_context(open_vault(settings))
        invitations = stack.enter_context(open_invitations(settings))
        outbox = stack.enter_context(open_outbox(settings))
        recorder = stack.enter_context(open_log(settings, clock=calendar))
        mapper = EventMapper(vault)
        keeper = keeper or _keeper_of(settings, stack)
        rounds = RoundParts(invitations=invitations, keeper=keeper) if keeper else None
        handler = CommandHandler(
            recorder=recorder, vault=vault, mapper=mapper, calendar=calendar, rounds=rounds
        )
        states = RoundStates(EventStore(mapper, recorder), handler.person_states)
        yield Services(
            calendar=calendar,
            vault=vault,
            recorder=recorder,
            mapper=mapper,
            handler=handler,
            invitations=invitations,
            keeper=keeper,
            chores=InvitationChores(states, invitations),
            feedback=_feedback_of(states, invitations, calendar, keeper),
            delivery=Delivery(states, invitations=invitations, outbox=outbox, calendar=calendar),
            auditing=_auditing_of(settings, EventStore(mapper, recorder), mapper, vault, calendar),
            person_claim=settings.oidc_person_claim,
        )


def _keeper_of(settings: Settings, stack: ExitStack) -> Keeper | None:
    """Return the keeper elsewhere; None without the secret for services, which only they have."""
    if settings.keeper_token_file is None:
        return None
    settings.need("keeper_url")
    secret = read_key(settings.keeper_token_file).hex()
    return stack.enter_context(closing(HttpKeeper(settings.keeper_url, secret=secret)))


def _auditing_of(
    settings: Settings, store: EventStore[str], mapper: EventMapper, vault: Vault, calendar: Calendar
) -> Auditing:
    log = AuditedLog(log_config(settings))
    bundle: MakeBundle = no_bundle
    if settings.checkpoint_key_file is not None:
        signer = NoteSigner.from_file(settings.checkpoint_key_file)
        bundle = bundles_of(log, signer=signer, clock=calendar)
    return Auditing(
        log=log,
        bundle=bundle,
        store=store,
        mapper=mapper,
        calendar=calendar,
        fingerprint_key=vault.fingerprint_key,
    )


def _feedback_of(
    states: RoundStates, invitations: Invitations, calendar: Calendar, keeper: Keeper | None
) -> Feedback | None:
    if keeper is None:
        return None
    return Feedback(raters=Raters(states, invitations=invitations, calendar=calendar), keeper=keeper)

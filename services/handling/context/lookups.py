"""What commands may need of streams of the organisation that are not their own, looked up before deciding."""

from typing import Any

from events.streams import Stream
from rules.feedback.lens_versions import lens_and_number
from services.contexts.catalogue.decider import DECIDER as CATALOGUE
from services.contexts.catalogue.state import Catalogue
from services.contexts.lenses.commands import lens_stream
from services.contexts.lenses.decider import DECIDER as LENSES
from services.contexts.lenses.state import Lens
from services.contexts.policy.decider import DECIDER as POLICY
from services.contexts.policy.decider import Policy
from services.decisions.command import Command, SharedTerm
from services.decisions.decider import AnyDecider
from services.decisions.feedback import LensVersion, RoundRules
from services.handling.state_cache import StateCache


class Lookups:
    """Reads cached states; safe from several threads. Its methods raise what `StateCache.load` raises."""

    def __init__(self, states: StateCache) -> None:
        self._states = states

    def terms(self, command: Command, organisation: str) -> dict[str, SharedTerm]:
        """Return those of the shared terms the command picks that exist."""
        if not (picked := command.picked_terms()):
            return {}
        catalogue = self.catalogue(organisation)
        found = {name: catalogue.shared_term(name) for name in picked}
        return {name: term for name, term in found.items() if term is not None}

    def picked_lens(self, command: Command, organisation: str) -> LensVersion | None:
        """Return the published version of a lens that the command picks, if there is such a version."""
        picked = command.picked_lens()
        named = lens_and_number(picked) if picked is not None else None
        return self.lens(*named, organisation) if named is not None else None

    def lens(self, name: str, number: int, organisation: str) -> LensVersion | None:
        """Return a version of a lens that was published, withdrawn since or not; None if there is none."""
        lens: Lens = self._state(LENSES, lens_stream(organisation, name))
        return lens.published(name, number)

    def rules(self, command: Command, organisation: str) -> RoundRules | None:
        """Return the rules in force for a command that weighs them; None before the first policy."""
        if not command.weighs_rules:
            return None
        policy: Policy = self._state(POLICY, Stream("policy", organisation).name)
        return policy.round_rules()

    def catalogue(self, organisation: str) -> Catalogue:
        catalogue: Catalogue = self._state(CATALOGUE, Stream("catalogue", organisation).name)
        return catalogue

    def _state(self, decider: AnyDecider, stream: str) -> Any:
        return self._states.load(decider, (stream,)).state

"""What the run creates must come into the databases that it was given: only there can it be removed again."""

import threading
from collections.abc import Callable, Sequence

from support.errors import InfrastructureError
from support.polling import wait_until
from support.purge import Ledger, is_tenant

_SECONDS_TO_STORE = 5.0


class Creations:
    """The run's ledger, as who creates something tells it.

    When the first tenant that was registered stands in none of the databases, they are another deployment's: nothing
    else is created then, and what was is kept in the ledger. A deployment that the run has launched was told its
    databases; one that does not store there what it answers is judged by scenarios.
    """

    def __init__(
        self, ledger: Ledger, databases: Callable[[], Sequence[str]], removal: str, *, is_launched: bool
    ) -> None:
        """Note it in this ledger, and look into these databases; `removal` is the command that purges the run."""
        self._ledger = ledger
        self._databases = databases
        self._removal = removal
        self._one_looks = threading.Lock()
        self._is_due = not is_launched
        self._why_not = ""

    def will_register(self, username: str) -> None:
        """Note it. Raises InfrastructureError when what was registered before is not in the databases."""
        self.check()
        self._ledger.will_register(username)

    def registered(self, username: str, tenant_id: str, user_id: str) -> None:
        """Note it, and look for the first one. Raises InfrastructureError when it is not in the databases."""
        self._ledger.registered(username, tenant_id, user_id)
        with self._one_looks:
            if self._is_due:
                self._is_due = False
                self._look_for(tenant_id)
        self.check()

    def not_registered(self, username: str) -> None:
        """Note it."""
        self._ledger.not_registered(username)

    def will_create_agent(self, tenant_id: str, name: str) -> None:
        """Note it."""
        self._ledger.will_create_agent(tenant_id, name)

    def agent_created(self, tenant_id: str, agent_id: str) -> None:
        """Note it."""
        self._ledger.agent_created(tenant_id, agent_id)

    def check(self) -> None:
        """Raise InfrastructureError when what was registered is not in the databases."""
        if self._why_not:
            raise InfrastructureError(self._why_not)

    def _look_for(self, tenant_id: str) -> None:
        if wait_until(lambda: is_tenant(self._databases(), tenant_id), _SECONDS_TO_STORE):
            return
        self._ledger.keep()
        self._why_not = (
            f"{tenant_id}, which was registered, stands in none of the databases that were given, so they are not this "
            "deployment's, and nothing that the run has created can be removed; give the deployment's own by -D "
            f"database_url=, and remove what there is by {self._removal} --database URL."
        )

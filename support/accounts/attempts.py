"""What may be refused by the configurator, as the features tell it. Each returns the answers, by what was tried."""

import secrets
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import requests

from support.accounts.crowd import at_the_same_moment
from support.accounts.forgery import ANOTHER_PASSWORD, CREDENTIALS, WELL_KNOWN_SECRETS, forge
from support.accounts.specimens import BODIES
from support.configurator import Agent, ConfiguratorClient, Tenant
from support.configurator.operations import AGENT_OF_NOBODY, OPERATIONS, Operation
from support.http_sessions import LastByteTogether

Answers = dict[str, requests.Response]

# More failed logins in a row than any deployment may allow.
_MOST_GUESSES = 60
# Where a deployment could read whose request it is, besides the access token.
_PLACES = ("tenant_id", "user_id", "username", "api_key")
# What ends something comes last.
_EVERYTHING = [
    *[name for name in OPERATIONS if name not in ("register", "delete the agent", "end the session")],
    "delete the agent",
    "end the session",
]


def as_itself(
    configurator: ConfiguratorClient, operation: Operation, tenant: Tenant, **options: Any
) -> requests.Response:
    """Try an operation on the tenant with its own access token."""
    whose = {"agent_id": agent_of(tenant), "tenant_id": tenant.tenant_id}
    return operation.attempt(configurator, bearer(tenant.access_token), **{**whose, **options})


def bearer(token: str) -> str:
    """Return the Authorization header that presents this token."""
    return f"Bearer {token}"


def agent_of(tenant: Tenant) -> str:
    """Return the id of the tenant's first agent; one that nobody has when it has none."""
    return tenant.agents[0].agent_id if tenant.agents else AGENT_OF_NOBODY


def with_credentials(
    configurator: ConfiguratorClient, operation: Operation, tenant: Tenant, names: Iterable[str]
) -> Answers:
    """Try an operation on the tenant with each of these credentials, none of which is its access token."""
    return {
        name: operation.attempt(
            configurator, CREDENTIALS[name](tenant), agent_id=agent_of(tenant), tenant_id=tenant.tenant_id
        )
        for name in names
    }


def read_account(configurator: ConfiguratorClient, tokens: Mapping[str, str]) -> Answers:
    """Try to read an account with each of these access tokens."""
    read = OPERATIONS["read the account"]
    return {name: read.attempt(configurator, bearer(token)) for name, token in tokens.items()}


def renew(configurator: ConfiguratorClient, refresh_tokens: Mapping[str, Any]) -> Answers:
    """Try to renew a session by each of these, which may be no refresh tokens."""
    operation = OPERATIONS["renew the session"]
    configurator.before_token()
    return {
        name: operation.attempt(configurator, json={"refresh_token": token}) for name, token in refresh_tokens.items()
    }


def well_known(token: str, **changes: Any) -> dict[str, str]:
    """Return the token as who guesses the deployment's secret would forge it, for each guess."""
    return {f"signed with {secret!r}": forge(token, secret, **changes) for secret in WELL_KNOWN_SECRETS}


def send_body(configurator: ConfiguratorClient, operation: Operation, body: bytes, **options: Any) -> requests.Response:
    """Send these bytes in place of a body and call them JSON."""
    headers = {"Content-Type": "application/json"}
    return operation.attempt(configurator, **options, headers=headers, data=body, json=None)


def with_and_without_slash(
    configurator: ConfiguratorClient, operation: Operation, tenant: Tenant | None = None
) -> Answers:
    """Try an operation under both spellings of its address, as the tenant or as a stranger."""
    options = {"authorization": bearer(tenant.access_token), "agent_id": agent_of(tenant)} if tenant else {}
    options |= {"tenant_id": tenant.tenant_id} if tenant else {}
    spellings = {f"to {operation.name} with a slash": True, f"to {operation.name} without a slash": False}
    return {name: operation.attempt(configurator, slash=slash, **options) for name, slash in spellings.items()}


def naming_another(
    configurator: ConfiguratorClient, operation: Operation, actor: Tenant, other: Tenant
) -> requests.Response:
    """Try an operation with the actor's token, and name the other tenant in the query, in headers and in the body."""
    named = {place: getattr(other, place) for place in _PLACES}
    headers = {f"X-{place.replace('_', '-').title()}": value for place, value in named.items()}
    body = operation.body and {**operation.body, **named}
    whose = {"tenant_id": other.tenant_id}
    return as_itself(configurator, operation, actor, params=named, headers=headers, json=body, **whose)


def foreign_agent(configurator: ConfiguratorClient, operation: Operation, actor: Tenant, agent: Agent) -> Answers:
    """Try an operation on another's agent, and on one that nobody has."""
    ids = {"the other's agent": agent.agent_id, "the one that nobody has": AGENT_OF_NOBODY}
    own = bearer(actor.access_token)
    return {name: operation.attempt(configurator, own, agent_id=agent_id) for name, agent_id in ids.items()}


def made_up_agents(configurator: ConfiguratorClient, tenant: Tenant, agent_ids: Iterable[str]) -> Answers:
    """Try to read, change and delete agents by ids that the tenant has made up."""
    names = ("read the agent", "change the agent", "delete the agent")
    own = bearer(tenant.access_token)
    return {
        f"to {name} {agent_id!r}": OPERATIONS[name].attempt(configurator, own, agent_id=quote(agent_id, safe=""))
        for agent_id in agent_ids
        for name in names
    }


def everything(configurator: ConfiguratorClient, tenant: Tenant) -> Answers:
    """Do all that a tenant can do, and end the session."""
    bodies = {
        "log in": {"username": tenant.username, "password": tenant.password},
        "renew the session": {"refresh_token": tenant.refresh_token},
    }
    answers = {}
    for name in _offered(configurator):
        operation, body = OPERATIONS[name], bodies.get(name, OPERATIONS[name].body)
        answer = answers[name] = as_itself(configurator, operation, tenant, json=body)
        if answer.ok:
            _keep_secrets(tenant, name, answer)
    return answers


def _offered(configurator: ConfiguratorClient) -> list[str]:
    return [name for name in _EVERYTHING if OPERATIONS[name].needs not in configurator.lacking]


def _keep_secrets(tenant: Tenant, name: str, answer: requests.Response) -> None:
    """Let the tenant have what it was given, so that it can go on and its secrets can be looked for."""
    if name == "log in":
        tenant.replaced += [answer.json()[kind] for kind in ("access_token", "refresh_token")]
    elif name == "renew the session":
        tenant.replaced.append(tenant.access_token)
        tenant.access_token = answer.json()["access_token"]
    elif name == "regenerate the API key":
        tenant.replaced.append(tenant.api_key)
        tenant.api_key = answer.json()["api_key"]


def nonsense_everywhere(configurator: ConfiguratorClient, tenant: Tenant) -> Answers:
    """Send what is no request to every operation, as the tenant."""
    own = bearer(tenant.access_token)
    return {
        f"to {name} with {what}": send_body(
            configurator,
            OPERATIONS[name],
            BODIES[what],
            authorization=own,
            agent_id="%00%FF'",
            tenant_id=tenant.tenant_id,
        )
        for name in _offered(configurator)
        for what in ("no JSON", "a list", "null characters")
    }


def log_in_and_renew(configurator: ConfiguratorClient, tenant: Tenant) -> Answers:
    """Try to log in, and to exchange the refresh token of that login for another access token."""
    configurator.before_token()
    login = configurator.try_to_log_in(tenant.username, tenant.password)
    configurator.before_token()
    body = {"refresh_token": login.json().get("refresh_token")}
    return {"the login": login, "the renewal": OPERATIONS["renew the session"].attempt(configurator, json=body)}


def slip_and_log_in(configurator: ConfiguratorClient, tenant: Tenant, times: int, slips: int) -> Answers:
    """Log in so many times, each time after so many wrong passwords; return the answers to the right ones."""
    answers = []
    for _ in range(times):
        for _ in range(slips):
            configurator.try_to_log_in(tenant.username, ANOTHER_PASSWORD)
        configurator.before_token()
        answers.append(configurator.try_to_log_in(tenant.username, tenant.password))
    return numbered(answers)


def log_in_by_turns(configurator: ConfiguratorClient, tenant: Tenant, times: int) -> Answers:
    """Try, by turns, a wrong password of the tenant and any password of a user that nobody is."""
    return {
        f"{who}, attempt {number}": configurator.try_to_log_in(username, ANOTHER_PASSWORD)
        for number in range(1, times + 1)
        for who, username in (("the tenant", tenant.username), ("nobody", user_that_nobody_is()))
    }


def user_that_nobody_is() -> str:
    """Return a user name that has never been registered."""
    return f"nobody_{secrets.token_hex(8)}"


def guess_until_stopped(configurator: ConfiguratorClient, username: str) -> requests.Response:
    """Try one wrong password after another until the answer is another than at first; return the last answer."""
    first = last = configurator.try_to_log_in(username, ANOTHER_PASSWORD)
    for number in range(_MOST_GUESSES):
        if last.status_code != first.status_code:
            break
        last = configurator.try_to_log_in(username, f"{ANOTHER_PASSWORD} {number}")
    return last


def guess_at_once(configurator: ConfiguratorClient, tenant: Tenant, times: int) -> Answers:
    """Try a wrong password many times at the same moment, and the right one while most of these are looked at.

    It is sent when all of these have been sent: before, it might overtake them, and rightly be accepted.
    """
    together = LastByteTogether(times)

    def guess() -> requests.Response:
        return configurator.try_to_log_in(tenant.username, ANOTHER_PASSWORD, auth=together)

    # A thread of its own has a connection of its own, which is behind theirs.
    with ThreadPoolExecutor(2) as pool:
        wrong = pool.submit(at_the_same_moment, times, guess)
        together.await_sent()
        right = pool.submit(configurator.try_to_log_in, tenant.username, tenant.password)
        return numbered([*wrong.result(), right.result()])


def numbered(answers: Iterable[requests.Response]) -> Answers:
    """Name answers to one attempt that was made many times."""
    return {f"attempt {number}": answer for number, answer in enumerate(answers, 1)}


def from_page_of(configurator: ConfiguratorClient, origin: str, tenant: Tenant) -> Answers:
    """Ask for the tenant's account as a browser does for a page of this origin: first whether it may, then do."""
    headers = {"Origin": origin}
    asking = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    path = OPERATIONS["read the account"].path
    return {
        f"to ask from {origin}": configurator.request("OPTIONS", path, headers={**headers, **asking}),
        f"to read from {origin}": configurator.request("GET", path, headers=headers, token=tenant.access_token),
    }

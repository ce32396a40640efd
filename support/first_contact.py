"""The first contact with a deployment that the run has not launched: whether its replier serves who registers there."""

from support.chat import try_to_talk
from support.chat.plan import new_speaker
from support.configurator import UnexpectedAnswer, create_tenants
from support.errors import InfrastructureError
from support.masking import mask
from support.world import World


def check_replier(world: World) -> None:
    """Talk to an agent of a tenant who has just registered: strangers are refused by other servers, too.

    What else may go wrong is for the scenarios to tell. Raises InfrastructureError when the tenant is refused.
    """
    try:
        [tenant] = create_tenants(world.configurator, world.new_usernames(1), 1)
    except UnexpectedAnswer:
        return
    url, credential = world.deployment.replier_url, world.credential(tenant, tenant.agents[0])
    contact = try_to_talk(world.reader, url, credential, new_speaker("test"), world.reply_timeout)
    if contact.outcome == "refused":
        raise InfrastructureError(
            f"{mask(url)} refuses a tenant who has just registered at {mask(world.deployment.configurator_url)} "
            f"({contact.detail.rstrip('.')}); give the URL of that deployment's own replier, with its path, or see the "
            "replier's log."
        )

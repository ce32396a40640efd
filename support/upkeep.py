"""Restarting between two scenarios what the next could not rely on."""

from collections.abc import Iterator

from support.chat import Reader
from support.deployments import Deployment


def restart_unfit(deployment: Deployment, reader: Reader, *, red: bool) -> Iterator[str]:
    """Restart, after a scenario that is red, each backend that does not answer; yield why, in a sentence for each.

    A replier that has held as many conversations as its profile allows is restarted, too.
    Raises InfrastructureError when one does not serve afterwards.
    """
    restarted = deployment.revive() if red else []
    for name in restarted:
        yield f"The {name} did not answer any more after this scenario."
    most, held = deployment.profile.restart_after_conversations, reader.conversations
    if deployment.backends and most and len(held) >= most and "replier" not in restarted:
        deployment.renew_replier()
        restarted.append("replier")
        yield f"The replier had held {len(held)} conversations; its profile allows {most}."
    if "replier" in restarted:
        held.clear()

"""Restarting between two scenarios what the next could not rely on."""

from support.chat import Reader
from support.deployments import Deployment


def restart_unfit(deployment: Deployment, reader: Reader, *, red: bool) -> list[str]:
    """Restart, after a scenario that is red, each backend that does not answer; return why, in a sentence for each.

    A replier that has held as many conversations as its profile allows is restarted, too.
    Raises InfrastructureError when one does not serve afterwards.
    """
    restarted = deployment.revive() if red else []
    reasons = [f"The {name} did not answer any more after this scenario." for name in restarted]
    most, held = deployment.profile.restart_after_conversations, len(reader.post.conversations)
    is_worn = deployment.backends and most and held >= most and "replier" not in restarted
    if is_worn:
        deployment.renew_replier()
        reasons.append(f"The replier had held {held} conversations; its profile allows {most}.")
    if is_worn or "replier" in restarted:
        reader.post.conversations.clear()
    return reasons

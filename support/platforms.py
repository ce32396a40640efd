"""What people say to one agent on several platforms in a scenario."""

from dataclasses import replace

from support.chat import ask
from support.chat.marker import new_canary
from support.scene import Scene

PLATFORMS = ("qq", "wechat", "discord", "telegram", "test")


def connect_everywhere(scene: Scene, tenant: str, agent: str) -> None:
    """Open a connection of the tenant to the agent on each platform."""
    for platform in PLATFORMS:
        scene.connect(tenant, agent, platform, name=f"{tenant} to {agent} on {platform}")


def ask_everywhere(scene: Scene, person: str, tenant: str, agent: str) -> None:
    """Let the person write on each platform before any answer is awaited, then await the answers."""
    asked = [
        ask(scene.connection(f"{tenant} to {agent} on {platform}"), scene.speaker(person, platform))
        for platform in PLATFORMS
    ]
    scene.answered += [each.await_answer(scene.grounds.reply_timeout) for each in asked]


def entrust_secret(scene: Scene, person: str, tenant: str, agent: str, platform: str, *, in_private: bool) -> None:
    """Let the person, in a group or in private from now on, tell the agent a secret."""
    if in_private:
        scene.speakers[person] = replace(scene.speaker(person), group_id=None)
    scene.secret = new_canary()
    scene.ask(person, tenant, agent, f"请记住，我的暗号是 {scene.secret}", platform=platform)


def ask_for_secret(scene: Scene, person: str, tenant: str, agent: str, platform: str) -> None:
    """Let the person ask for the secret."""
    scene.ask(person, tenant, agent, "你还记得我的暗号吗？", platform=platform)

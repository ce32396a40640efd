"""Talking to agents: envelope, connection, transcript, conversation, swarm."""

from support.chat.admission import Admission, try_connection, try_to_talk
from support.chat.asking import Answered, ask
from support.chat.connection import Connection
from support.chat.conversation import Conversation, Turn
from support.chat.envelope import Frame, Speaker
from support.chat.pace import Pace
from support.chat.plan import Plan, plan_conversations
from support.chat.reader import Reader
from support.chat.swarm import hold_conversations
from support.chat.trial import Trial, try_frames
from support.transport import Refused

__all__ = [
    "Admission",
    "Answered",
    "Connection",
    "Conversation",
    "Frame",
    "Pace",
    "Plan",
    "Reader",
    "Refused",
    "Speaker",
    "Trial",
    "Turn",
    "ask",
    "hold_conversations",
    "plan_conversations",
    "try_connection",
    "try_frames",
    "try_to_talk",
]

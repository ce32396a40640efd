import json
import os
import subprocess
import sys

from tests.embedded.process import SECONDS, Process
from tests.embedded.replier.client import new_marker
from tests.embedded.replier.database import Owner


def test_the_librarys_own_client_connects_sends_and_gets_its_reply(replier: Process, owner: Owner) -> None:
    marker = new_marker()
    url = f"ws://127.0.0.1:{replier.port}/ws"
    done = subprocess.run(
        [sys.executable, "-m", "tests.embedded.replier.library_client", url, marker],
        env={**os.environ, "CREDENTIAL": owner.credential},
        capture_output=True,
        timeout=2 * SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    reply = json.loads(done.stdout)
    assert marker in reply["message_segment"]["data"]
    assert reply["message_info"]["sender_info"]["user_info"]["user_id"] == owner.agent_id

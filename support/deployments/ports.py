"""TCP ports on 127.0.0.1: free ones, and who owns a taken one."""

import socket
from contextlib import ExitStack

import psutil

HOST = "127.0.0.1"
_SECONDS_TO_CONNECT = 1.0


def free_ports(count: int) -> list[int]:
    """Return this many different ports that are free now, and that the system gives to nobody for the next minute."""
    with ExitStack() as held:
        listening = [held.enter_context(socket.create_server((HOST, 0))) for _ in range(count)]
        for each in listening:
            _set_aside(each)
        return [each.getsockname()[1] for each in listening]


def _set_aside(listening: socket.socket) -> None:
    """Leave on the port a connection that has just ended (TIME_WAIT).

    The system then picks it for nobody who asks for any port, so that another run that starts at the same time does
    not get it, too. Who names it can listen there, as servers do, with SO_REUSEADDR.
    """
    with socket.create_connection(listening.getsockname()) as caller:
        listening.accept()[0].close()  # who closes first is left with it
        caller.recv(1)


def why_not_free(port: int) -> str | None:
    """Return who or what keeps a server from listening on the port, or None when it is free."""
    with socket.socket() as probe:
        # Without it, a port whose last connections are only just closed would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            return "the system, which keeps it for root"
        except OSError:
            return owner(port) or "another user's process"
    return None


def is_served(port: int) -> bool:
    """Return whether somebody listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(_SECONDS_TO_CONNECT)
        return probe.connect_ex((HOST, port)) == 0


def owner(port: int) -> str | None:
    """Return the process that listens on the port in words: pid, command name, user; None if nobody does."""
    try:
        listening = [
            each
            for each in psutil.net_connections("tcp")
            if each.laddr and each.laddr.port == port and each.status == psutil.CONN_LISTEN
        ]
        if not listening:
            return None
        process = psutil.Process(listening[0].pid) if listening[0].pid else None
        if process:
            return f"process {process.pid} ({process.name()}) of user {process.username()}"
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        pass  # not visible to us, or gone while we looked
    return "another user's process"

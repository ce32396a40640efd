"""TCP ports on 127.0.0.1: free ones, and who owns a taken one."""

import socket
from contextlib import ExitStack

import psutil

HOST = "127.0.0.1"


def free_ports(count: int) -> list[int]:
    """Return this many different ports that are free now."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in sockets]


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

"""A small server that stands for a backend: python server.py --port 8000 [a way to misbehave]."""

import argparse
import base64
import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dies", action="store_true", help="writes 30 lines and exits with code 3")
    parser.add_argument("--health", type=int, default=200, help="the status of /health")
    parser.add_argument("--healthy-once", type=Path, help="hangs at the second look at /health, and makes this file")
    parser.add_argument("--handshake", type=int, default=403, help="the status of /ws")
    parser.add_argument("--listing", type=int, default=200, help="the status of the list of templates")
    parser.add_argument("--templates", default="[]", help="the body of the list of templates")
    parser.add_argument("--lives-on", action="store_true", help="stays when it does not get its port")
    parser.add_argument("--stubborn", action="store_true", help="ignores SIGTERM")
    parser.add_argument("--after-model", action="store_true", help="ends on SIGTERM when the model has ended")
    parser.add_argument("--child", action="store_true", help="starts a process of its own, and prints its pid")
    parser.add_argument("--print", nargs="*", default=[], help="variables whose values it prints")
    options = parser.parse_args()
    if options.dies:
        print(*(f"line {number}" for number in range(1, 31)), sep="\n")
        raise SystemExit(3)
    signal.signal(signal.SIGTERM, signal.SIG_IGN if options.stubborn else stop)
    if options.after_model:
        signal.signal(signal.SIGTERM, stop_after_model)
    if options.child:
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        print("child", child.pid)
    for name in options.print:
        print(name, os.environ.get(name))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(options))
    except OSError:
        if not options.lives_on:
            raise
        signal.pause()
    server.serve_forever()


def stop(*_: object) -> None:
    print("stopped at", time.monotonic())
    raise SystemExit


def stop_after_model(*_: object) -> None:
    host, port = urlsplit(os.environ["MODEL"]).netloc.split(":")
    deadline = time.monotonic() + 30
    with suppress(ConnectionError):
        while time.monotonic() < deadline:
            socket.create_connection((host, int(port))).close()
            time.sleep(0.01)
    stop()


def handler(options: argparse.Namespace) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        looks = 0

        def do_GET(self) -> None:
            if self.path == "/health":
                Handler.looks += 1
                if options.healthy_once and Handler.looks > 1:
                    options.healthy_once.touch()
                    threading.Event().wait()
                self.answer(options.health, "{}")
            elif self.path == "/api/v1/agents/templates":
                self.answer(options.listing, options.templates)
            elif self.path == "/ws" and "Upgrade" in self.headers:
                self.answer(options.handshake, "")
            else:
                self.answer(404, "{}")

        def answer(self, status: int, body: str) -> None:
            self.send_response(status)
            if status == 101:
                salted = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
                digest = hashlib.sha1(salted.encode(), usedforsecurity=False).digest()
                self.send_header("Upgrade", "websocket")
                self.send_header("Connection", "Upgrade")
                self.send_header("Sec-WebSocket-Accept", base64.b64encode(digest).decode())
            self.end_headers()
            self.wfile.write(body.encode())

    return Handler


if __name__ == "__main__":
    main()

"""How a client leaves, by the words that features call it."""

import socket
import struct
from collections.abc import Callable, Mapping

from support.chat.connection import Connection
from support.chat.reader import Reader

Leave = Callable[[Reader, Connection], None]

# Of a masked text frame of 256 bytes: what says that, and nothing more.
_BEGINNING_OF_FRAME = b"\x81\xfe\x01\x00"
_NO_LINGERING = struct.pack("ii", 1, 0)


def _say_goodbye(reader: Reader, connection: Connection) -> None:
    reader.close(connection)


def _vanish(reader: Reader, connection: Connection) -> None:
    reader.pause(connection)
    # The system then resets the connection, as when a machine fails.
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGERING)
    connection.socket.close()


def _vanish_while_writing(reader: Reader, connection: Connection) -> None:
    connection.socket.sendall(_BEGINNING_OF_FRAME)
    _vanish(reader, connection)


LEAVINGS: Mapping[str, Leave] = {
    "with a goodbye": _say_goodbye,
    "without a goodbye": _vanish,
    "in the middle of a message": _vanish_while_writing,
}

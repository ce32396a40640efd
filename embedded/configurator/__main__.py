"""Runs the configurator: python -m embedded.configurator --host 127.0.0.1 --port 8000."""

import gc
import os
import sys

# What is loaded stays, so it is not searched for garbage; serve() goes on with that.
gc.disable()

from sqlalchemy.exc import SQLAlchemyError

from embedded.configurator.app import create_app
from embedded.configurator.security import PASSWORD_MEMORY_KIB
from embedded.process import database_url, parse_arguments, serve


def main() -> None:
    """Open the database and serve until SIGTERM."""
    arguments = parse_arguments(default_port=8000)
    try:
        app = create_app(database_url(), int(os.environ.get("MAIM_PASSWORD_MEMORY_KIB") or PASSWORD_MEMORY_KIB))
    except SQLAlchemyError as error:
        sys.exit(
            f"The database cannot be opened ({error}); set MAIM_DATABASE_URL to the SQLAlchemy URL of one that can."
        )
    serve(app, arguments.host, arguments.port)


main()

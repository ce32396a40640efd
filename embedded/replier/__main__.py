"""`python -m embedded.replier --port 8095` serves the replier."""

import gc
import os
import sys

# What is loaded stays, so it is not searched for garbage; serve() goes on with that.
gc.disable()

from sqlalchemy.exc import SQLAlchemyError

from embedded.database import open_database
from embedded.process import database_url, parse_arguments, serve
from embedded.replier.app import create_app

DEFAULT_MODEL_URL = "http://127.0.0.1:8096/v1"


def main() -> None:
    """Open the database and serve until SIGTERM."""
    arguments = parse_arguments(default_port=8095)
    try:
        engine = open_database(database_url())
    except SQLAlchemyError as error:
        sys.exit(
            f"The database cannot be opened ({error}); set MAIM_DATABASE_URL to the SQLAlchemy URL of one that can."
        )
    serve(create_app(engine, os.environ.get("MAIM_MODEL_URL") or DEFAULT_MODEL_URL), arguments.host, arguments.port)


main()

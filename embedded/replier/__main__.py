"""`python -m embedded.replier --port 8095` serves the replier."""

import os

from embedded.database import open_database
from embedded.process import database_url, parse_arguments, serve
from embedded.replier.app import create_app

DEFAULT_MODEL_URL = "http://127.0.0.1:8096/v1"

if __name__ == "__main__":
    arguments = parse_arguments(default_port=8095)
    model_url = os.environ.get("MAIM_MODEL_URL") or DEFAULT_MODEL_URL
    serve(create_app(open_database(database_url()), model_url), arguments.host, arguments.port)

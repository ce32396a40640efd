"""`python -m embedded.model --port N` serves the model endpoint."""

from embedded.model.app import create_app
from embedded.process import parse_arguments, serve

if __name__ == "__main__":
    arguments = parse_arguments(default_port=8096)
    serve(create_app(), arguments.host, arguments.port)

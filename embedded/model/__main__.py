"""`python -m embedded.model --port N` serves the model endpoint."""

import gc

# What is loaded stays, so it is not searched for garbage; serve() goes on with that.
gc.disable()

from embedded.model.app import create_app
from embedded.process import parse_arguments, serve

if __name__ == "__main__":
    arguments = parse_arguments(default_port=8096)
    serve(create_app(), arguments.host, arguments.port)

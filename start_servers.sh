#!/usr/bin/env bash
# The same as `python start_servers.py`, from any directory: start | stop | restart | status | test.
script=$(readlink -f "${BASH_SOURCE[0]}") || script=${BASH_SOURCE[0]}
folder=$(cd "$(dirname "$script")" && pwd) || exit
python=$(command -v "$folder/.venv/bin/python" || command -v python3 || command -v python) || {
    echo "No Python is found; install Python 3.10 or later, then run \`make setup\`." >&2
    exit 2
}
exec "$python" "$folder/start_servers.py" "$@"

#!/bin/sh
# Makes .venv with exactly what requirements.lock pins, by the interpreter that $PYTHON names, or else by python3;
# setup.sh LOCK VENV makes another environment. Does nothing while that is done; starts over when the lock or $PYTHON
# changed or the last try was cut off.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
lock=${1:-requirements.lock}
venv=${2:-.venv}
# A copy of the lock, written last: without it, whatever stands in the environment is made anew.
stamp=$venv/requirements.lock

fail() {
    printf 'set-up: %s\n' "$1" >&2
    exit 1
}

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])'
}

is_done() {
    cmp -s "$lock" "$stamp" && made_by=$(version_of $venv/bin/python 2>/dev/null) || return 1
    [ -z "${PYTHON:-}" ] || [ "$(version_of "$python" 2>/dev/null)" = "$made_by" ]
}

check_python() {
    command -v "$python" >/dev/null ||
        fail "$python is not found, but Python 3.10 or newer is needed: apt-get install python3 python3-venv, or name another Python, for example make setup PYTHON=python3.12."
    version=$(version_of "$python") ||
        fail "$python does not run, but Python 3.10 or newer is needed: name another Python, for example make setup PYTHON=python3.12."
    case $version in
        3.1[0-9] | 3.[2-9][0-9]) ;;
        *) fail "$python is Python $version, but Python 3.10 or newer is needed: install such a one and name it, for example make setup PYTHON=python3.12." ;;
    esac
    "$python" -c 'import venv; from ensurepip import bootstrap' 2>/dev/null ||
        fail "$python cannot make a virtual environment because its module ensurepip is missing: apt-get install python3-venv (or python$version-venv), then run make again."
}

install() {
    echo "set-up: installing $lock into $venv for Python $version; this takes about a minute."
    # In an activated .venv, "python3" is the interpreter that is about to be removed; its base is not.
    base_python=$("$python" -c 'import sys; print(sys._base_executable)')
    trap 'rm -rf $venv' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    rm -rf $venv
    "$base_python" -m venv $venv ||
        fail "$venv could not be made: mend what stands above, then run make again."
    $venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock" ||
        fail "$lock could not be installed: mend what stands above (the network, pip's settings, the disk), then run make again."
    cp "$lock" "$stamp"
    trap - EXIT
}

is_done && exit 0
check_python
install

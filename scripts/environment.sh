#!/bin/sh
# Brings .venv to what a requirements file pins: `sh scripts/environment.sh requirements.txt`.
# Costs nothing when nothing changed.
set -eu

requirements=$1
venv_python=.venv/bin/python
stamp=.venv/installed-$requirements

refuse() {
    echo "$1" >&2
    exit 1
}

is_new_enough() {
    # Run it: a shim may exist for a Python that does not.
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

find_python() {
    for candidate in python3 python3.14 python3.13 python3.12; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    refuse "Python 3.12 or newer is needed, and none was found (tried python3, python3.14, python3.13, python3.12)."
}

ensure_venv_module() {
    if "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        return
    fi
    # Debian keeps this part of Python in a package of its own.
    package="python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing $package."
        apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$package" </dev/null >/dev/null ||
            refuse "Installing $package failed: Python needs it to make a virtual environment."
    else
        refuse "Python lacks its venv module: install it first (on Debian: apt-get install $package)."
    fi
}

state() {
    # A moved folder counts as a change: the scripts in .venv/bin name their old place.
    pwd
    cat requirements.txt
    [ "$1" = requirements.txt ] || cat "$1"
}

is_current() {
    [ -f "$stamp" ] && [ "$(state "$requirements")" = "$(cat "$stamp")" ] && is_new_enough "$venv_python"
}

is_usable() {
    is_new_enough "$venv_python" && "$venv_python" -m pip --version >/dev/null 2>&1 &&
        grep -qF "$(pwd)/.venv/bin/python" .venv/bin/pip
}

make_venv() {
    python=$(find_python)
    ensure_venv_module "$python"
    echo "Making the virtual environment with $("$python" --version)."
    rm -rf .venv
    "$python" -m venv .venv
}

is_current && exit 0
is_usable || make_venv
echo "Installing what $requirements pins."
"$venv_python" -m pip install --quiet --quiet --disable-pip-version-check --no-input -r "$requirements" ||
    refuse "The packages of $requirements could not be installed: see above. Nothing was started."
state requirements.txt >.venv/installed-requirements.txt
state "$requirements" >"$stamp"

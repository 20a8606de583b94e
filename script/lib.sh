# What the scripts share. Sourced, not run. Everything is said on stderr, so that stdout stays the program's.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VENV=$ROOT/.venv
VENV_PYTHON=$VENV/bin/python

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
  say "$@"
  exit 1
}

# The first Python >= 3.11: $PYTHON if it is set, else by name.
find_python() {
  local name
  for name in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    elif [ "$name" = "${PYTHON:-}" ]; then
      die "PYTHON=$PYTHON is no Python 3.11 or later. Name one that is, or unset PYTHON."
    fi
  done
  die "no Python 3.11 or later found. Install one (Debian, Ubuntu: apt install python3 python3-venv) or name it: PYTHON=… $0"
}

make_venv() {
  [ -x "$VENV_PYTHON" ] && [ -f "$VENV/.complete" ] && return 0
  if "$VENV_PYTHON" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    : >"$VENV/.complete" # somebody made it by hand
    return 0
  fi
  local python
  python=$(find_python)
  say "making .venv with $("$python" --version)"
  "$python" -c 'import venv' 2>/dev/null ||
    die "$python has no venv module. Install it (Debian, Ubuntu: apt install python3-venv) and repeat."
  if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv --clear "$VENV" >&2
  elif "$python" -m pip --version >/dev/null 2>&1; then
    # Debian keeps ensurepip in a package of its own; the pip outside can install one inside.
    "$python" -m venv --clear --without-pip "$VENV" >&2
    "$python" -m pip --python "$VENV_PYTHON" --disable-pip-version-check install --quiet pip >&2
  else
    die "$python can make no virtual environment with pip. Install it (Debian, Ubuntu: apt install python3-venv) and repeat."
  fi
  : >"$VENV/.complete"
}

checksum() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }

# Decides whether pip has to run: what is declared, for which Python, at which place.
packages_fingerprint() {
  (cd "$ROOT" && { pwd && grep ^version "$VENV/pyvenv.cfg" && cat pyproject.toml constraints.txt hatch_build.py; } | checksum)
}

# Decides whether the dashboard has to be built again.
dashboard_fingerprint() {
  (cd "$ROOT/ui" && find . \( -name node_modules -o -name tests -o -name dist \) -prune -o -type f -print |
    LC_ALL=C sort | while IFS= read -r file; do printf '%s\n' "$file" && cat "$file"; done | checksum)
}

is_stamped() { [ -f "$VENV/.stamp-$1" ] && [ "$(<"$VENV/.stamp-$1")" = "$2" ]; }
stamp() { printf '%s\n' "$2" >"$VENV/.stamp-$1"; }

# pip, with the versions of constraints.txt for what is installed and for what builds it (old and new pip differ in the name).
constrained_pip_install() {
  (cd "$ROOT" && PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
    "$VENV_PYTHON" -m pip --disable-pip-version-check --no-input install -qq "$@" >&2)
}

# The requirements of a dependency group, one a line; pip itself reads groups only since 25.1.
group_requirements() {
  "$VENV_PYTHON" -c '
import sys, tomllib
with open(sys.argv[1], "rb") as file:
    print(*tomllib.load(file)["dependency-groups"][sys.argv[2]], sep="\n")' "$ROOT/pyproject.toml" "$1"
}

install_project() {
  local wanted=$1 packages dashboard requirements=()
  make_venv
  packages=$(packages_fingerprint)
  dashboard=$(dashboard_fingerprint)
  if ! is_stamped "$wanted" "$packages"; then
    say "installing Openvoy and building its dashboard (once; minutes at most)"
    [ "$wanted" = run ] || mapfile -t requirements < <(group_requirements "$wanted")
    constrained_pip_install --editable '.[all]' "${requirements[@]}"
    stamp run "$packages"
    stamp "$wanted" "$packages"
  elif ! is_stamped dashboard "$dashboard" || [ ! -f "$ROOT/src/openvoy/web/static/index.html" ]; then
    say "building the dashboard anew: ui/ has changed"
    constrained_pip_install --no-deps --editable .
  else
    return 0
  fi
  stamp dashboard "$dashboard"
}

# Makes .venv hold what is `wanted`: run, or test for the tests' needs too. Two scripts that start together take turns.
prepare() {
  mkdir -p "$VENV"
  if command -v flock >/dev/null; then
    (
      flock 9
      install_project "$1"
    ) 9>"$VENV/.lock"
  else
    install_project "$1"
  fi
}

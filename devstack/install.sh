#!/bin/sh
# Makes .venv hold exactly what requirements/dev.txt says, and `salesbot` with it. Quick when it already does.
set -eu
cd "$(dirname "$0")/.."
fail() { echo "error: $1" >&2; exit 1; }

stamp=.venv/.installed
wanted="$PWD $(cat requirements/bootstrap.txt requirements/dev.txt devstack/install.sh | cksum)"
[ "$(cat $stamp 2>/dev/null)" != "$wanted" ] || exit 0
# A virtual environment knows its own path: one that was moved is made anew.
case "$(cat $stamp 2>/dev/null)" in "" | "$PWD "*) ;; *) rm -rf .venv ;; esac
rm -f $stamp

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
if ! new_enough .venv/bin/python; then
  rm -rf .venv
  for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if new_enough "$candidate"; then python=$candidate; break; fi
  done
  [ -n "${python:-}" ] || fail "Python 3.11 or newer is needed; install it, or name it: PYTHON=/path/to/python3 make run"
  echo "making .venv with $("$python" -V)"
  if ! "$python" -m venv .venv >/dev/null 2>&1; then
    rm -rf .venv
    fail "$python cannot make a virtual environment; on Debian or Ubuntu: apt install python3-venv"
  fi
fi

# uv does not read pip's configuration; what it says about this machine's package index counts here too.
pip_says() { .venv/bin/python -m pip config list 2>/dev/null | sort | sed -n "s/^[^=]*\.$1='\(.*\)'\$/\1/p" | head -n 1; }
obey_pip() {
  for pair in index-url:UV_DEFAULT_INDEX extra-index-url:UV_INDEX find-links:UV_FIND_LINKS cert:SSL_CERT_FILE trusted-host:UV_INSECURE_HOST; do
    said=$(pip_says "${pair%%:*}")
    eval "known=\${${pair##*:}:-}"
    if [ -n "$said" ] && [ -z "$known" ]; then export "${pair##*:}=$said"; fi
  done
}

echo "installing the Python packages into .venv (about 500 MB, once)"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt ||
  fail "pip cannot install uv; is the package index reachable from here?"
if ! (obey_pip && .venv/bin/uv pip sync --quiet --compile-bytecode --require-hashes --python .venv/bin/python requirements/dev.txt); then
  echo "uv cannot; trying with pip, which is slower"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt ||
    fail "the Python packages cannot be installed; is the package index reachable from here?"
fi

.venv/bin/python - <<'PY'
import pathlib, sysconfig

project = pathlib.Path.cwd()
pathlib.Path(sysconfig.get_path("purelib"), "salesbot.pth").write_text(f"{project}\n")
launcher = pathlib.Path(".venv/bin/salesbot")
launcher.write_text(f'#!/bin/sh\nexec "{project}/.venv/bin/python" -m devstack "$@"\n')
launcher.chmod(0o755)
PY
echo "$wanted" >$stamp

"""Executes a program that is killed when its parent ends; with `--user`, as that user.

Run as a script by a bare interpreter, so it imports nothing of ours:
`python -I -S launcher.py --parent PID --signal N [--user NAME] -- program arguments...`
"""

import argparse
import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAPABILITY_VERSION_3 = 0x20080522


def prctl(option: int, *values: int) -> None:
    """Call prctl(2) on this process; raises OSError."""
    arguments = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if ctypes.CDLL(None, use_errno=True).prctl(option, *arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def drop_root(user: str) -> None:
    """Become `user`, keeping the capability to read files of root.

    PostgreSQL refuses root, and `user` may not enter the home of root or a private temporary folder.
    """
    entry = pwd.getpwnam(user)
    # Otherwise the change of user drops all capabilities, and access(2) ignores the one kept.
    prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
    reach = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    # Two rows (low and high 32 capabilities) of effective, permitted, inheritable.
    granted = (ctypes.c_uint32 * 6)(reach, reach, reach, 0, 0, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, granted) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE)


def main() -> None:
    """Set user and signals, then execute the program."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("--user")
    parser.add_argument("program", nargs="+")
    asked = parser.parse_args()
    # What a background job of a shell ignores, a program that it starts would ignore too.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if asked.user:
        drop_root(asked.user)
    if sys.platform == "linux":
        # After the change of user, which would clear it.
        prctl(PR_SET_PDEATHSIG, asked.signal)
    if os.getppid() != asked.parent:
        sys.exit("the parent is gone")
    os.execvp(asked.program[0], asked.program)  # noqa: S606  (becoming the program is the purpose)


if __name__ == "__main__":
    main()

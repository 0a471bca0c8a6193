"""Ask every address given whether its process is ready, for up to a minute; end with 1 if one is not."""

import sys
import time
import urllib.error
import urllib.request


def fault_of(address: str) -> str:
    """Why it is not ready, or nothing."""
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - an address of the release
            return ""
    except urllib.error.HTTPError as answer:
        return answer.read().decode(errors="replace") or str(answer)
    except OSError as error:
        return str(error)


waiting = dict.fromkeys(sys.argv[1:], "not asked")
deadline = time.monotonic() + 60
while True:
    waiting = {address: fault for address in waiting if (fault := fault_of(address))}
    if not waiting or time.monotonic() > deadline:
        break
    time.sleep(2)
for address, fault in waiting.items():
    sys.stdout.write(f"{address}: {fault}\n")
sys.exit(bool(waiting))

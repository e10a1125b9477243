"""Whether the worker or beat in this container works: `python -m outbox.health worker` (or beat), exit status 0 or 1.

They write a file, and this command reads it. It needs no Django, database or broker, so it takes a thirtieth of a
second of CPU time, where a management command takes one or two.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

OK = "ok"
# Seconds. The processes write the file every WRITE_INTERVAL seconds.
WRITE_INTERVAL, MAX_AGE = 10.0, 60.0


def path_of(name: str) -> Path:
    """Return the file's path, in TMPDIR. Two workers on one machine need different folders."""
    return Path(tempfile.gettempdir()) / f"teamadmin-{name}-health"


def write(name: str, state: str = OK) -> None:
    """Save the state now: OK, or what is wrong."""
    path = path_of(name)
    handle, temporary = tempfile.mkstemp(prefix=path.name, dir=path.parent)
    with os.fdopen(handle, "w") as file:
        file.write(state)
    os.replace(temporary, path)


def read(name: str) -> str:
    """Return OK, or what is wrong."""
    path = path_of(name)
    try:
        state, age = path.read_text(), time.time() - path.stat().st_mtime
    except OSError as error:
        return f"can't read {path}: {error.strerror}"
    return state if age < MAX_AGE else f"it hasn't responded for {age:.0f} seconds"


def main() -> int:
    """Print one line. Return the exit status."""
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in ("worker", "beat"):
        sys.stderr.write("usage: python -m outbox.health worker|beat\n")
        return 2
    state = read(name)
    sys.stdout.write(f"{name}: {state}\n")
    return 0 if state == OK else 1


if __name__ == "__main__":
    sys.exit(main())

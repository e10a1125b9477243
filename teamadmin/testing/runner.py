"""What bin/test runs inside .venv: services, a browser, then pytest in a process of its own."""

import os
import signal
import subprocess
import sys

from teamadmin.testing import browser, services

# SIGTERM ends the run like Ctrl-C, so that the private servers are ended too.
ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def main(args: list[str]) -> int:
    """Runs pytest with `args`; returns its exit code."""
    for number in ENDINGS:
        signal.signal(number, lambda *_: sys.exit(130))
    chromium = browser.ensure()
    if not chromium:
        print(browser.HELP, file=sys.stderr)
    with services.given_or_private() as urls:
        env = {**os.environ, **urls, **({"CHROMIUM": chromium} if chromium else {})}
        env.pop("DJANGO_SETTINGS_MODULE", None)  # importing this package named the product's; pytest has its own
        return run([sys.executable, "-m", "pytest", *with_workers(args)], env)


def with_workers(args: list[str]) -> list[str]:
    """Two at a time for a run of everything; a chosen part in one process, where output and pdb are simpler."""
    return args or ["-n", "2", "--dist", "loadgroup"]


def run(command: list[str], env: dict[str, str]) -> int:
    """Waits for the command; an interruption ends it too, and it gets time to end its own children."""
    child = subprocess.Popen(command, env=env)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return wait_or_kill(child)  # the terminal has told it already
    except SystemExit:
        child.send_signal(signal.SIGINT)
        wait_or_kill(child)
        raise


def wait_or_kill(child: subprocess.Popen) -> int:
    try:
        return child.wait(30)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The part of bin/test that runs in .venv: start services, find a browser, and run pytest in a child process."""

import os
import signal
import subprocess
import sys

from teamadmin.testing import browser, services

# Like Ctrl-C, these signals also stop the private servers.
STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


def main(args: list[str]) -> int:
    """Run pytest with `args` and return its exit code."""
    for number in STOP_SIGNALS:
        signal.signal(number, lambda *_: sys.exit(130))
    chromium = browser.ensure()
    if not chromium:
        print(browser.HELP, file=sys.stderr)
    with services.from_environment_or_private() as urls:
        env = {**os.environ, **urls, **({"CHROMIUM": chromium} if chromium else {})}
        env.pop("DJANGO_SETTINGS_MODULE", None)  # importing teamadmin set the product's; pytest has its own
        # Without compiled modules, each of the hundred processes that tests start takes seconds longer.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        return run([sys.executable, "-m", "pytest", *with_workers(args)], env)


def with_workers(args: list[str]) -> list[str]:
    """Run everything in two processes, and selected tests in one, where output and pdb are simpler."""
    return args or ["-n", "2", "--dist", "loadgroup"]


def run(command: list[str], env: dict[str, str]) -> int:
    """Run the command and return its exit code. An interruption stops it too, with time to stop its children."""
    child = subprocess.Popen(command, env=env)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return wait_or_kill(child)  # the terminal has already signalled it
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

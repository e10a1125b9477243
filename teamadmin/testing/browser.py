"""Finding a Chromium for the browser tests, and how it is started."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HELP = (
    "No Chromium for the browser tests, and none could be installed. Install chromium or google-chrome, "
    "or set CHROMIUM to its path; or leave those tests out: bin/test -m 'not browser'."
)


def find() -> str | None:
    """The path of a Chromium: CHROMIUM, one on the PATH, or Playwright's own; None where there is none."""
    named = [os.environ.get("CHROMIUM", ""), *NAMES]
    return next(filter(None, map(shutil.which, filter(None, named))), None) or _of_playwright()


def ensure() -> str | None:
    """Like find(), after installing one where none is: Debian's package as root on Debian, else Playwright's."""
    if path := find():
        return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _quiet("apt-get", "update") and _quiet("apt-get", "install", "-y", "--no-install-recommends", "chromium")
    if path := find():
        return path
    _quiet(sys.executable, "-m", "playwright", "install", "chromium")
    return find()


def launch_args() -> list[str]:
    """No background connections of the browser's own; no sandbox as root, where Chromium refuses it."""
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
    return [*quiet, "--no-sandbox"] if os.geteuid() == 0 else quiet


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def _quiet(*command: str) -> bool:
    print("Chromium for the browser tests:", *command, file=sys.stderr, flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, stdout=subprocess.DEVNULL, env=env).returncode == 0

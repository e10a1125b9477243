"""Find and start a Chromium for the browser tests."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HELP = (
    "Browser tests need Chromium, and installing it failed. Install chromium or google-chrome, "
    "or set CHROMIUM to its path. To skip browser tests: bin/test -m 'not browser'."
)


# Chromium loads pages of its own for the address bar in each new window, which takes half of the time that a window
# takes. The last --disable-features counts, so those that Playwright disables and that change pages are repeated.
ADDRESS_BAR = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"]
DISABLED_BY_PLAYWRIGHT = [
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch",
]  # fmt: skip


def find() -> str | None:
    """Return the path of a Chromium: CHROMIUM, one on the PATH, Playwright's own, or None."""
    named = [os.environ.get("CHROMIUM", ""), *NAMES]
    return next(filter(None, map(shutil.which, filter(None, named))), None) or _playwright_path()


def ensure() -> str | None:
    """Return find(), after installing a Chromium if needed: Debian's package as root on Debian, else Playwright's."""
    if path := find():
        return path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")
        _run_quietly("apt-get", "update") and _run_quietly(*install)
    if path := find():
        return path
    _run_quietly(sys.executable, "-m", "playwright", "install", "chromium")
    return find()


def launch_args() -> list[str]:
    """Return options that stop background work, and the sandbox as root, where Chromium can't use it."""
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
    quiet.append(f"--disable-features={','.join(DISABLED_BY_PLAYWRIGHT + ADDRESS_BAR)}")
    return [*quiet, "--no-sandbox"] if os.geteuid() == 0 else quiet


def _playwright_path() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def _run_quietly(*command: str) -> bool:
    print("Chromium for the browser tests:", *command, file=sys.stderr, flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, stdout=subprocess.DEVNULL, env=env).returncode == 0

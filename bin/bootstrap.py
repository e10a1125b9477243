"""Create .venv for bin/run, bin/test, bin/check and bin/lock, with only the standard library.

The syntax is old on purpose: an old Python must be able to run this and say that it is too old.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "installed")
MINIMUM = (3, 11)


def fail(text):
    """Exit with a message on stderr."""
    sys.exit("{}: {}".format(os.path.basename(sys.argv[0]), text))


def require_python():
    """Continue with this Python, or restart with a newer one on the PATH. Exit with a message if there is none."""
    if sys.version_info >= MINIMUM:
        return
    for minor in (13, 12, 11, 14):
        path = shutil.which("python3.{}".format(minor))
        if path and quiet([path, "-c", ""]):
            os.execv(path, [path] + sys.argv)
    fail(
        "Python 3.11 or newer is required. {} is {}.{}, and no newer python3 is on the PATH.".format(
            sys.executable, *sys.version_info[:2]
        )
    )


def ensure_venv(*names):
    """Create .venv and install the requirements files `names` with hash checking, unless that is already done.

    A stamp file has the digests of the installed files, so later starts skip the work. Parallel starts wait for each
    other. Return the path of the environment's Python.
    """
    require_python()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(130))  # stops a running installation too
    with open(os.path.join(ROOT, ".venv.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_installed(names):
            create()
            install(names)
    return PYTHON


def is_installed(names):
    """Return True if .venv works and has the requirements in these files."""
    try:
        with open(STAMP) as stamp:
            installed = stamp.read().split()
    except OSError:
        return False
    return os.path.exists(PYTHON) and all(digest(name) in installed for name in names)


def digest(name):
    with open(os.path.join(ROOT, name), "rb") as source:
        return hashlib.sha256(source.read()).hexdigest()


def create():
    """Create the environment, also if its Python is gone (a removed or upgraded interpreter)."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    if os.path.exists(PYTHON) and quiet([PYTHON, "-c", check]):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    say("Creating .venv with Python {}.{} ...".format(*sys.version_info[:2]))
    if find_uv():
        run([find_uv(), "venv", "--quiet", "--python", sys.executable, "--no-python-downloads", VENV])
    elif not quiet([sys.executable, "-m", "venv", VENV]):
        # On Debian, ensurepip is in a separate package. The system's pip can install from outside.
        shutil.rmtree(VENV, ignore_errors=True)
        if not quiet([sys.executable, "-m", "venv", "--without-pip", VENV]) or not pip():
            shutil.rmtree(VENV, ignore_errors=True)
            fail("this Python has no pip. On Debian: apt-get install python3-venv")


def install(names):
    """Install with uv (seconds) if it is there or can be installed, else with pip (minutes)."""
    say("Installing {} ...".format(", ".join(names)))
    files = [part for name in names for part in ("-r", os.path.join(ROOT, name))]
    uv = find_uv() or fetch_uv()
    # Also use pip if uv fails: they trust different certificates and read different configuration files.
    if not uv or not quiet([uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes"] + files):
        say("... with pip. This takes a few minutes.")
        run(pip() + ["install", "--require-hashes"] + files)
    with open(STAMP, "w") as stamp:
        stamp.write("\n".join(digest(name) for name in names) + "\n")


def find_uv():
    """Return a working uv or None. A version manager's placeholder on the PATH may not work."""
    for path in (shutil.which("uv"), os.path.join(VENV, "bin", "uv")):
        if path and os.path.exists(path) and quiet([path, "--version"]):
            return path
    return None


def fetch_uv():
    """Install uv into .venv with hash checking, and return its path, or None if that fails."""
    pinned = os.path.join(ROOT, "bin", "uv.txt")
    return find_uv() if quiet(pip() + ["install", "--require-hashes", "-r", pinned]) else None


def pip():
    """Return the command of a pip that installs into .venv: its own, the system's, or []."""
    options = ["--quiet", "--disable-pip-version-check"]
    for command in ([PYTHON, "-m", "pip"] + options, [sys.executable, "-m", "pip", "--python", PYTHON] + options):
        if quiet(command + ["--version"]):
            return command
    return []


def quiet(command):
    """Run the command without output, and return True if it succeeds."""
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def run(command):
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        fail("this command failed: {} ({})".format(" ".join(command), error))


def say(text):
    print(text, file=sys.stderr, flush=True)

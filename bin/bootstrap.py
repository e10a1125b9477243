"""Makes .venv for bin/run, bin/test and bin/lock with nothing but the standard library.

Written so that an old Python can still read it and say that it is too old.
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
OLDEST = (3, 11)


def fail(text):
    """Ends the program with a plain word on stderr."""
    sys.exit("{}: {}".format(os.path.basename(sys.argv[0]), text))


def require_python():
    """Goes on with a fitting Python: this one, else one on the PATH; a clear word where there is none."""
    if sys.version_info >= OLDEST:
        return
    for minor in (13, 12, 11, 14):
        found = shutil.which("python3.{}".format(minor))
        if found and quiet([found, "-c", ""]):
            os.execv(found, [found] + sys.argv)
    fail(
        "Python 3.11 or newer is needed; {} is {}.{}, and no python3.11, 3.12 or 3.13 is on the PATH.".format(
            sys.executable, *sys.version_info[:2]
        )
    )


def ensure_venv(*names):
    """Makes .venv and installs the requirements files `names`, hash-checked, unless that was done already.

    A stamp holds the digests of the files installed, so later starts skip the work. Two starts at once wait for
    each other. Returns the path of the environment's Python.
    """
    require_python()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(130))  # an installation under way is ended with us
    with open(os.path.join(ROOT, ".venv.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not fits(names):
            create()
            install(names)
    return PYTHON


def fits(names):
    """True where .venv runs and holds what the files of these names ask for."""
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
    """Makes the environment, again where its Python is gone (a removed or upgraded interpreter)."""
    check = "import sys; sys.exit(sys.version_info < (3, 11))"
    if os.path.exists(PYTHON) and quiet([PYTHON, "-c", check]):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    say("Making .venv with Python {}.{} ...".format(*sys.version_info[:2]))
    if find_uv():
        run([find_uv(), "venv", "--quiet", "--python", sys.executable, "--no-python-downloads", VENV])
    elif not quiet([sys.executable, "-m", "venv", VENV]):
        # Debian keeps what puts pip inside in a package of its own; the machine's pip can install from outside.
        shutil.rmtree(VENV, ignore_errors=True)
        if not quiet([sys.executable, "-m", "venv", "--without-pip", VENV]) or not pip():
            shutil.rmtree(VENV, ignore_errors=True)
            fail("this Python has no pip to install with. On Debian: apt-get install python3-venv")


def install(names):
    """uv where it is or can be had (seconds), else pip (minutes)."""
    say("Installing {} ...".format(", ".join(names)))
    files = [part for name in names for part in ("-r", os.path.join(ROOT, name))]
    uv = find_uv() or fetch_uv()
    # pip also where uv does not get through: they trust different certificates and read different configurations.
    if not uv or not quiet([uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes"] + files):
        say("... with pip, which takes a few minutes.")
        run(pip() + ["install", "--require-hashes"] + files)
    with open(STAMP, "w") as stamp:
        stamp.write("\n".join(digest(name) for name in names) + "\n")


def find_uv():
    """A uv that answers: a version manager's stand-in may be on the PATH and refuse."""
    for found in (shutil.which("uv"), os.path.join(VENV, "bin", "uv")):
        if found and os.path.exists(found) and quiet([found, "--version"]):
            return found
    return None


def fetch_uv():
    """uv from the package index into .venv, hash-checked; None where that does not work."""
    pinned = os.path.join(ROOT, "bin", "uv.txt")
    return find_uv() if quiet(pip() + ["install", "--require-hashes", "-r", pinned]) else None


def pip():
    """How to call a pip that installs into .venv: its own, else the machine's; nothing where there is none."""
    options = ["--quiet", "--disable-pip-version-check"]
    for command in ([PYTHON, "-m", "pip"] + options, [sys.executable, "-m", "pip", "--python", PYTHON] + options):
        if quiet(command + ["--version"]):
            return command
    return []


def quiet(command):
    """True where the command ends well; its output is dropped."""
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def run(command):
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        fail("this did not work: {} ({})".format(" ".join(command), error))


def say(text):
    print(text, file=sys.stderr, flush=True)

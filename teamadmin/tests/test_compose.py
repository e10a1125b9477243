"""docker-compose.yml and the Dockerfile: hardened, pinned, complete, and every command in them exists."""

import importlib.util
import inspect
import os
import re
import subprocess
import sys

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from organizations.services import without_statement_timeout
from teamadmin import server
from teamadmin.testing import nginx

COMPOSE = settings.BASE_DIR / "docker-compose.yml"
SERVICES = yaml.safe_load(COMPOSE.read_text())["services"]
NETWORKS = yaml.safe_load(COMPOSE.read_text())["networks"]
APP = sorted(name for name, service in SERVICES.items() if service["image"] == "teamadmin")
PINNED = re.compile(r"[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}")
# What an operator might choose.
FILLED_IN = {
    "SECRET_KEY": "3f9a1c0e7b5d2846a0c9e8f7b6d5a4c3e2f1908172635445362718e9f0a1b2c3",
    "POSTGRES_PASSWORD": "p@ss/w#o?r%d:1",
    "REDIS_PASSWORD": "r@d/i#s?",
}
VARIABLE = re.compile(r"\$\{(\w+)(?=[}:])")

every_service = pytest.mark.parametrize("name", SERVICES)


def env_example() -> dict[str, str]:
    """Return the variables of .env.example, filled in."""
    lines = (settings.BASE_DIR / ".env.example").read_text().splitlines()
    pairs = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: FILLED_IN.get(name) or value.strip("'") for name, value in pairs.items()}


def interpolate(text: str, variables: dict[str, str]) -> str:
    """Fill in ${NAME}, ${NAME:-default} and ${NAME:?} from the inside, as Compose does."""
    inner = re.compile(r"\$\{(\w+)(?::([-?])([^${}]*))?\}")

    def value(match: re.Match) -> str:
        name, operator, default = match.groups()
        assert variables.get(name) or operator == "-", f"{name} is required"
        return variables.get(name) or default

    while inner.search(text):
        text = inner.sub(value, text)
    return text.replace("$$", "$")


def environment(name: str) -> dict[str, str]:
    """Return the environment of a service's containers, with .env.example as .env."""
    variables = env_example()
    service = SERVICES[name]
    own = {key: interpolate(str(value), variables) for key, value in service["environment"].items()}
    return {**(variables if "env_file" in service else {}), **own}


@every_service
def test_service_is_hardened(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] and service["pids_limit"] and service["stop_grace_period"]
    assert not {"privileged", "network_mode", "pid", "ipc", "devices"} & set(service)
    assert service["logging"]["options"]["max-size"]  # logs don't fill the disk
    assert "docker.sock" not in str(service.get("volumes"))
    # Only the proxy listens outside and needs more than its own user may do.
    assert ("ports" in service) == ("cap_add" in service) == (name == "proxy")
    assert service["restart"] == ("on-failure:10" if name == "migrate" else "unless-stopped")


@every_service
def test_service_has_a_health_check(name):
    assert ("healthcheck" in SERVICES[name]) == (name != "migrate")


def test_images_are_pinned():
    dockerfile = (settings.BASE_DIR / "Dockerfile").read_text()
    images = [service["image"] for name, service in SERVICES.items() if name not in APP]
    images += re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    assert len(images) == 4 and all(PINNED.fullmatch(image) for image in images), images


def test_only_the_application_reaches_the_database_and_redis():
    assert NETWORKS["back"]["internal"] is True
    assert SERVICES["db"]["networks"] == SERVICES["redis"]["networks"] == ["back"]
    assert SERVICES["proxy"]["networks"] == ["front"]
    assert {name for name in SERVICES if "front" in SERVICES[name]["networks"]} == {"proxy", "web"}


def test_web_and_worker_run_twice_and_can_be_scaled():
    for name in ("web", "worker"):
        assert interpolate(SERVICES[name]["deploy"]["replicas"], {}) == "2"
        assert not {"container_name", "ports"} & set(SERVICES[name])


def test_processes_are_not_root_and_own_what_they_write():
    dockerfile = (settings.BASE_DIR / "Dockerfile").read_text()
    uid = re.search(r"^USER (\d+):\1$", dockerfile, re.MULTILINE)[1]
    assert f"--uid {uid}" in dockerfile and f"--gid {uid}" in dockerfile
    assert "chown -R teamadmin:teamadmin /srv/teamadmin/data" in dockerfile
    for name in APP:
        assert SERVICES[name]["volumes"] == ["data:/srv/teamadmin/data"]
        assert environment(name)["TEAMADMIN_DATA"] == "/srv/teamadmin/data"
    assert SERVICES["db"]["user"] == SERVICES["redis"]["user"] == "999:999"


def test_every_variable_is_documented():
    used = set(VARIABLE.findall(COMPOSE.read_text())) | set(env_example())
    documented = (settings.BASE_DIR / "docs" / "operating.md").read_text()
    assert {name for name in used if f"`{name}`" not in documented} == set()


def test_env_example_has_only_what_must_be_set():
    """Compose and the application name what is missing."""
    required = set(re.findall(r"\$\{(\w+):\?\}", COMPOSE.read_text()))
    assert required <= set(env_example())
    assert set(env_example()) == required | {"SECRET_KEY", "EMAIL_URL", "DEFAULT_FROM_EMAIL", "TLS"}


@pytest.mark.parametrize("name", ["web", "migrate"])
def test_settings_accept_the_environment(name):
    """Also passwords with characters that mean something in a URL."""
    script = (
        "from django.conf import settings as s; d = s.DATABASES['default'];"
        "print(d['HOST'], d['USER'], d['NAME'], d['PASSWORD'], s.BASE_URL, *s.ALLOWED_HOSTS, s.TRUSTED_PROXIES)"
    )
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "teamadmin.settings", **environment(name)}
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=settings.BASE_DIR, env=env, capture_output=True, text=True
    )
    expected = "db teamadmin teamadmin p@ss/w#o?r%d:1 https://people.example.com people.example.com 1"
    assert (result.stdout.strip(), result.returncode) == (expected, 0), result.stderr


def test_image_can_be_built():
    """The settings accept the variables with which the Dockerfile collects the static files."""
    dockerfile = (settings.BASE_DIR / "Dockerfile").read_text()
    command = dockerfile.partition("RUN SECRET_KEY=")[2].partition(" --noinput")[0]
    command = "SECRET_KEY=" + command
    *assignments, python, manage, collectstatic = command.replace("\\\n", " ").split()
    assert (python, manage, collectstatic) == ("python", "manage.py", "collectstatic")
    env = {"PATH": os.environ["PATH"], **dict(each.split("=", 1) for each in assignments)}
    words = [sys.executable, manage, collectstatic, "--noinput", "--dry-run"]
    result = subprocess.run(words, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_redis_wants_the_password_that_the_application_sends():
    redis, web = environment("redis"), environment("web")
    assert redis["REDIS_PASSWORD"] == redis["REDISCLI_AUTH"] == web["REDIS_PASSWORD"] == FILLED_IN["REDIS_PASSWORD"]
    assert '--requirepass "$$REDIS_PASSWORD"' in SERVICES["redis"]["command"][-1]


def commands() -> list[tuple[str, list[str]]]:
    """Return the commands and health checks of the application's services as words."""
    found = []
    for name in APP:
        service = SERVICES[name]
        found.append((name, list(service["command"])))
        if "healthcheck" in service:
            found.append((f"{name}'s health check", list(service["healthcheck"]["test"][1:])))
    return found


@pytest.mark.parametrize("words", [pytest.param(words, id=name) for name, words in commands()])
def test_command_exists(words):
    if words[:2] == ["sh", "-c"]:
        words = words[2].partition(" exec ")[2].split()
    match words:
        case ["python", "manage.py", command, *_]:
            assert command in get_commands()
        case ["python", "-m", module, *_]:
            assert importlib.util.find_spec(module)
        case ["python", script, *_]:
            assert (settings.BASE_DIR / script).is_file()
        case ["celery", "-A", app, "worker" | "beat", *_]:
            assert importlib.util.find_spec(app)
        case _:
            pytest.fail(f"unknown command: {words}")


def seconds(name: str) -> int:
    return int(SERVICES[name]["stop_grace_period"].removesuffix("s"))


def test_grace_is_longer_than_stopping_takes():
    assert seconds("web") >= server.STOP_TIMEOUT + 2
    main = (nginx.FILES / "nginx.conf.template").read_text()
    assert seconds("proxy") > int(re.search(r"worker_shutdown_timeout (\d+)s;", main)[1])


def test_proxy_waits_longer_than_a_statement_may_take():
    """Otherwise people would see an error page for something that is still being done."""
    longest = inspect.signature(without_statement_timeout).parameters["seconds"].default
    wait = re.search(r"proxy_read_timeout (\d+)s;", (nginx.FILES / "web.conf.template").read_text())
    assert int(wait[1]) > longest


def test_proxy_gets_every_variable_of_its_templates():
    used = {name for path in nginx.FILES.rglob("*.template") for name in VARIABLE.findall(path.read_text())}
    env = environment("proxy")
    assert used == {name for name in env if name.startswith("PROXY_")}
    assert all(re.match(env["NGINX_ENVSUBST_FILTER"], name) for name in used)
    port = re.search(r"--port (\d+)", SERVICES["web"]["command"][-1])[1]
    assert env["PROXY_WEB"] == f"web:{port}" and "web" in SERVICES
    assert {tls.name for tls in (nginx.FILES / "tls").iterdir()} == {"acme", "files"}

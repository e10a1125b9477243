"""The example dashboard and alarms in deploy/monitoring use metrics that exist, and each alarm is documented."""

import json
import os
import re
import signal
import sys
from pathlib import Path

import pytest
import requests
import yaml
from django.conf import settings

from base.ids import uuid7
from outbox.models import OutgoingEmail, State
from teamadmin.testing import processes as real
from teamadmin.testing import promtool
from teamadmin.testing.metrics import TOKEN, Scrape, scrape
from teamadmin.testing.processes import Child, free_port, wait_until

FOLDER = settings.BASE_DIR / "deploy" / "monitoring"
DOCS = (settings.BASE_DIR / "docs" / "operating.md").read_text()
ALARMS = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((FOLDER / "grafana.json").read_text())
TESTS = ("alerts_test.yml", "alerts_day_test.yml")
# Grafana's variables, with values that Prometheus understands.
VARIABLES = {"$__rate_interval": "1m", "$__interval": "1m"}


def dashboard_queries() -> list[str]:
    queries = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]
    for name, value in VARIABLES.items():
        queries = [query.replace(name, value) for query in queries]
    return queries


def metric_names(query: str) -> set[str]:
    return set(re.findall(r"\b(?:teamadmin|django|process)_\w+", re.sub(r'"[^"]*"', "", query)))


def label_names(query: str) -> set[str]:
    """Return the labels that a query selects or groups by."""
    grouped = " ".join(re.findall(r"\bby \(([^)]*)\)", query))
    selected = re.findall(r'(\w+)(?==~?"|!=|!~)', query)
    return set(re.findall(r"\w+", grouped)) | set(selected)


@pytest.fixture
def processes(web_process, celery_worker_process, mail_server, tmp_path) -> dict[str, str]:
    """Running web, worker and beat, with the URLs of their metrics."""
    ports = {"worker": str(free_port()), "beat": str(free_port())}
    options = {"METRICS_TOKEN": TOKEN, "EMAIL_URL": mail_server.url}
    command = [sys.executable, "-m", "celery", "-A", "teamadmin", "beat"]
    places = {"DATABASE_URL": real.test_database_url(), "BASE_URL": settings.BASE_URL}
    beat = Child(command, tmp_path / "beat.log", METRICS_PORT=ports["beat"], **places, **options)
    try:
        celery_worker_process(METRICS_PORT=ports["worker"], ready=90, **options)
        urls = {"web": web_process(**options).url, **{name: f"http://127.0.0.1:{port}" for name, port in ports.items()}}
        beat.wait_for(lambda: answers(urls["beat"]), 60)
        yield urls
    finally:
        beat.kill()


def test_every_metric_exists_and_counts_the_main_job(processes, cast, mail_server):
    def value(process: str, name: str, **labels: str) -> float:
        return scrape(processes[process]).value(name, **labels) or 0

    cast.invite(actor=cast.olga, role="operator", people=[("Ada", "Lovelace", "ada@acme.example")])
    fail_to_sign_in(processes["web"], cast.bo.user.email)
    assert value("web", "teamadmin_sign_in_failures_total", reason="password") == 1
    mail_server.wait_for(1, 30)
    wait_until(lambda: value("worker", "teamadmin_task_duration_seconds_count", result="success") >= 5, 30)
    wait_until(lambda: value("beat", "teamadmin_beat_tasks_sent_total", task="audit.tasks.sweep") >= 1, 30)
    sent = {"kind": "invitations.invitation", "state": "sent", "window": "1h"}
    wait_until(lambda: value("web", "teamadmin_recent_emails", **sent) == 1, 30)
    scrapes = [scrape(url) for url in processes.values()]
    check_names(scrapes)
    check_labels(scrapes)


def answers(url: str) -> bool:
    try:
        return bool(scrape(url).families)
    except OSError:
        return False


def fail_to_sign_in(url: str, email: str) -> None:
    with requests.Session() as browser:
        page = browser.get(f"{url}/accounts/login/", timeout=30).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        data = {"login": email, "password": "wrong-wrong-wrong", "csrfmiddlewaretoken": token}
        assert browser.post(f"{url}/accounts/login/", data, timeout=30).status_code == 200
        assert browser.get(f"{url}/media/avatars/no.png", timeout=30).status_code == 404


def check_names(scrapes: list[Scrape]) -> None:
    """Every metric of the dashboard, alarms and documentation exists, and each of ours is documented."""
    existing = set.union(*(each.names() for each in scrapes))
    for query in [*dashboard_queries(), *(alarm["expr"] for alarm in ALARMS)]:
        assert metric_names(query) <= existing, query
        labels = set.union(*(each.label_names() for each in scrapes)) | {"job", "instance"}
        assert label_names(query) <= labels, query
    documented = set(re.findall(r"`((?:teamadmin|django)_\w+)`", DOCS))
    # The documentation names histograms without the suffixes of their series.
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in existing}
    assert documented <= families
    assert {name for name in families if name.startswith("teamadmin_")} <= documented


def check_labels(scrapes: list[Scrape]) -> None:
    """No label has an email address, a path, a token or an id."""
    values = {value for each in scrapes for _, labels in each.series() for _, value in labels}
    assert not [value for value in values if re.search(r"@|^/|://|[0-9a-f]{8}-|[A-Za-z0-9_-]{40}", value)]


@pytest.mark.django_db(transaction=True)
def test_tasks_of_a_killed_process_are_recorded(celery_worker_process, mail_server, cast):
    port = free_port()
    options = {"METRICS_TOKEN": TOKEN, "METRICS_PORT": str(port), "EMAIL_URL": mail_server.url}
    worker = celery_worker_process(ready=90, **options)
    mail_server.behaviour.delay = 60
    cast.invite(actor=cast.olga, role="operator", people=[("Ada", "Lovelace", "ada@acme.example")])
    worker.wait_for(OutgoingEmail.objects.filter(state=State.SENDING).exists, 30)
    url = f"http://127.0.0.1:{port}"
    assert scrape(url).value("teamadmin_tasks_running") >= 1
    for pid in pool_processes(worker.process.pid):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: (scrape(url).value("teamadmin_task_duration_seconds_count", result="lost") or 0) >= 1, 30)
    mail_server.reset()
    task = {"task": "audit.tasks.seal", "result": "success"}
    done = scrape(url).value("teamadmin_task_duration_seconds_count", **task) or 0
    cast.invite(actor=cast.olga, role="operator", people=[("Bob", "Babbage", f"{uuid7().hex}@acme.example")])
    # New processes of the pool count in the same place.
    wait_until(lambda: (scrape(url).value("teamadmin_task_duration_seconds_count", **task) or 0) > done, 30)
    wait_until(lambda: scrape(url).value("teamadmin_tasks_running") == 0, 30)


def pool_processes(parent: int) -> list[int]:
    """Return the processes that a worker's main process started, without beat."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in children]


def test_rules_are_valid_and_each_alarm_is_raised_by_its_fault():
    promtool.run("check", "rules", "alerts.yml", cwd=FOLDER)
    promtool.run("test", "rules", *TESTS, cwd=FOLDER)
    tested = re.findall(r"alertname: (\w+)", "".join((FOLDER / name).read_text() for name in TESTS))
    assert set(tested) == {alarm["alert"] for alarm in ALARMS}


def test_queries_of_the_dashboard_are_valid(tmp_path):
    rules = [{"record": f"query:{n}", "expr": query} for n, query in enumerate(dashboard_queries())]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool.run("check", "rules", "rules.yml", cwd=tmp_path)


def test_example_of_the_configuration_is_valid(tmp_path):
    for name in ("prometheus.yml", "alerts.yml"):
        (tmp_path / name).write_text((FOLDER / name).read_text())
    (tmp_path / "token").write_text(TOKEN)
    promtool.run("check", "config", "prometheus.yml", cwd=tmp_path)


def test_example_of_the_configuration_fits_the_compose_file():
    services = yaml.safe_load((settings.BASE_DIR / "docker-compose.yml").read_text())["services"]
    for job in yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]:
        (place,) = job["dns_sd_configs"]
        service = services[place["names"][0]]
        port = service["environment"].get("METRICS_PORT", 8000)
        assert (job["job_name"], place["port"]) == (f"teamadmin-{place['names'][0]}", port)
        assert "back" in service["networks"]


def test_dashboard_has_every_panel_once_and_asks_for_its_data_source():
    panels = DASHBOARD["panels"]
    assert DASHBOARD["templating"]["list"][0]["query"] == "prometheus"
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    data = [panel for panel in panels if panel["type"] != "row"]
    assert {panel["datasource"]["uid"] for panel in data} == {"${datasource}"}
    places = [tuple(panel["gridPos"][side] for side in "xywh") for panel in panels]
    assert len(set(places)) == len(places) and all(x + w <= 24 for x, _, w, _ in places)


def test_every_alarm_is_explained_in_the_same_order():
    section = DOCS.partition("### Alarms")[2].partition("\n## ")[0]
    assert re.findall(r"^\*\*`(\w+)`", section, re.M) == [alarm["alert"] for alarm in ALARMS]

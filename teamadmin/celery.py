"""The Celery application. Its settings are Django's CELERY_* settings."""

import logging
import os
from typing import Any

from billiard import current_process, pool
from celery import Celery, signals
from celery.apps.beat import Beat
from celery.concurrency import prefork
from celery.loaders.app import AppLoader

from teamadmin import startup, tracing
from teamadmin.logs import REQUEST_HEADER, request_id, take_over

logger = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")


class Loader(AppLoader):
    """Loads the settings. Wrong ones end the worker or beat with one line each, instead of a traceback."""

    def config_from_object(self, obj: Any, silent: bool = False) -> bool:
        """Read Django's settings."""
        with startup.refuse_wrong_settings():
            return super().config_from_object(obj, silent)

    def on_worker_init(self) -> None:
        """Check the settings. The worker and beat call this once Django is set up."""
        startup.check_settings()


app = Celery("teamadmin", loader="teamadmin.celery:Loader", task_cls="teamadmin.metrics.jobs:MeasuredTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# With the memory:// broker, a task that retries must find this application, not Celery's default one.
app.set_default()

# When a pool process exits, it checks this many times, every 0.1 seconds, whether its parent has read its results. The
# parent does not read the result of a task that was handed over at the moment of SIGTERM (billiard 4.3), so shutting
# down took 30 seconds. Our tasks keep their results in the database.
pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 20


@signals.setup_logging.connect
def _leave_logging_alone(**kwargs: object) -> None:
    """Keep Django's LOGGING: Celery configures no logging if this signal has a receiver."""
    take_over()


@signals.celeryd_init.connect
def _print_nothing(instance: Any, **kwargs: object) -> None:
    """Print no banner and no message at SIGTERM: all output is lines of JSON."""
    from celery.apps import worker

    take_over()
    instance.quiet = True
    worker.safe_say = lambda *args: None


class QuietBeat(Beat):
    """Beat without its banner."""

    def run(self) -> None:
        self.quiet = True
        super().run()


app.Beat = app.subclass_with_self(QuietBeat)


@signals.worker_shutting_down.connect
def _log_shutdown(sig: str, how: str, **kwargs: object) -> None:
    logger.info("Stopping: %s (%s)", sig, how)


@signals.worker_process_init.connect
def _trace_pool_process(**kwargs: object) -> None:
    tracing.start("worker")


@signals.worker_ready.connect
def _trace_threads(sender: Any, **kwargs: object) -> None:
    """Trace the worker itself, unless the processes of its pool run the tasks."""
    if not isinstance(sender.pool, prefork.TaskPool):
        tracing.start("worker")


@signals.worker_process_shutdown.connect
@signals.worker_shutdown.connect
def _stop_tracing(**kwargs: object) -> None:
    tracing.stop()


@signals.before_task_publish.connect
def _add_request_id(headers: dict, **kwargs: object) -> None:
    """Let the task's lines have the id of the request that published it."""
    if found := request_id():
        headers[REQUEST_HEADER] = found


@signals.worker_init.connect
@signals.beat_init.connect
def _serve_metrics(**kwargs: object) -> None:
    """Serve metrics from the main process of a worker, and from beat unless it runs inside a worker (-B).

    Not from a worker with a queue in its own process: another one started it, and has the port.
    """
    from teamadmin.metrics import exporter

    if current_process().name == "MainProcess" and not app.conf.broker_url.startswith("memory:"):
        exporter.start()


@signals.beat_init.connect
def _count_published_tasks(**kwargs: object) -> None:
    from teamadmin.metrics.jobs import count_published

    signals.after_task_publish.connect(count_published)

"""A Celery worker step that publishes the sweeps: at start, after each reconnection to the broker and every minute."""

from typing import TYPE_CHECKING, Any

from celery import bootsteps
from celery.signals import worker_shutting_down
from django.conf import settings

from outbox.services.delivery import stopping
from outbox.services.wakeup import BROKER_PAUSE_SECONDS, publish, reset_broker_pause

if TYPE_CHECKING:
    from celery.worker.consumer import Consumer


def publish_sweeps() -> bool:
    """Publish every task in settings.SWEEPS. Return False if the broker did not accept them all."""
    results = [publish(name) for name in getattr(settings, "SWEEPS", ["outbox.tasks.sweep"])]
    return all(results)


class SweepStep(bootsteps.StartStopStep):
    """Publish the sweeps when the consumer connects, then by the worker's own timer, so that beat isn't required.

    This is a bootstep because the worker_ready signal is not enough: an embedded WorkController does not send it. A
    consumer that lost its broker restarts its steps, which is when lost wake-ups need to be made up for.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: "Consumer", **options: Any) -> None:
        self.timer_entry: Any = None
        super().__init__(consumer, **options)

    def start(self, consumer: "Consumer") -> None:
        stopping.clear()
        reset_broker_pause()
        if not publish_sweeps():  # the broker went away again
            consumer.timer.call_after(BROKER_PAUSE_SECONDS + 1, publish_sweeps)
        seconds = getattr(settings, "OUTBOX_SWEEP_SECONDS", 60)
        self.timer_entry = consumer.timer.call_repeatedly(seconds, publish_sweeps)

    def stop(self, consumer: "Consumer") -> None:
        if self.timer_entry is not None:
            self.timer_entry.cancel()
            self.timer_entry = None

    shutdown = stop


@worker_shutting_down.connect
def _stop_sending(**kwargs: Any) -> None:
    """With a thread pool, finish the current email and requeue the rest. Processes of a pool don't get this signal."""
    stopping.set()

"""What makes every worker sweep by itself: at its start, whenever the broker comes back, and each minute."""

from typing import TYPE_CHECKING, Any

from celery import bootsteps
from celery.signals import worker_shutting_down
from django.conf import settings

from outbox.services.delivery import stopping
from outbox.services.waking import QUIET_SECONDS, listen_again, publish

if TYPE_CHECKING:
    from celery.worker.consumer import Consumer


def sweep_all() -> bool:
    """Publishes every sweep that settings.SWEEPS names; False where the broker did not take them."""
    taken = [publish(name) for name in getattr(settings, "SWEEPS", ["outbox.tasks.sweep"])]
    return all(taken)


class SweepStep(bootsteps.StartStopStep):
    """Publishes the sweeps when the consumer is connected, and then by the worker's own timer: beat may be gone.

    A bootstep and not the worker_ready signal: an embedded WorkController sends no signal, and a consumer that
    lost its broker starts its steps again, which is just when lost wake-ups are to be made good.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: "Consumer", **options: Any) -> None:
        self.timer_entry: Any = None
        super().__init__(consumer, **options)

    def start(self, consumer: "Consumer") -> None:
        stopping.clear()
        listen_again()
        if not sweep_all():  # the broker came, and went
            consumer.timer.call_after(QUIET_SECONDS + 1, sweep_all)
        seconds = getattr(settings, "OUTBOX_SWEEP_SECONDS", 60)
        self.timer_entry = consumer.timer.call_repeatedly(seconds, sweep_all)

    def stop(self, consumer: "Consumer") -> None:
        if self.timer_entry is not None:
            self.timer_entry.cancel()
            self.timer_entry = None

    shutdown = stop


@worker_shutting_down.connect
def _stop_sending(**kwargs: Any) -> None:
    """With threads for a pool, the mail in hand ends and the rest go back; processes of a pool do not hear this."""
    stopping.set()

"""Steps of a Celery worker: it sweeps by itself, with or without a broker, ends in time, and reports its health.

They are bootsteps because the worker_ready signal is not enough: an embedded WorkController does not send it, and it
comes only after the broker. docs/outbox.md describes the whole.
"""

import logging
import select
import threading
import time
from typing import TYPE_CHECKING, Any

from celery import bootsteps, platforms
from celery.apps.worker import Worker
from celery.beat import EmbeddedService
from celery.signals import worker_shutting_down
from django.conf import settings

from base.stopping import stopping
from outbox import deadline, health
from outbox.beat import Scheduler
from outbox.services.wakeup import broker_responds, publish, reset_broker_pause
from outbox.standby import Standby

if TYPE_CHECKING:
    from celery.worker import WorkController
    from celery.worker.consumer import Consumer

logger = logging.getLogger(__name__)
# Seconds between two looks at the broker, and between two looks at everything else.
BROKER_INTERVAL, TICK = 15.0, 0.5
# Seconds without a turn of the event loop, after which the worker hangs. Reconnecting takes half a minute at most.
MAX_SILENCE = 120.0
# Seconds after which a worker that doesn't work ends itself.
MAX_ILLNESS = 300.0


def publish_sweeps() -> bool:
    """Publish every task in settings.SWEEPS. Return False if the broker did not accept them all."""
    reset_broker_pause()
    results = [publish(name) for name in getattr(settings, "SWEEPS", ["outbox.tasks.sweep"])]
    return all(results)


def pool_processes(worker: "WorkController") -> list[Any]:
    """Return the processes of a prefork pool. A pool of threads has none."""
    return list(getattr(getattr(worker.pool, "_pool", None), "_pool", None) or [])


class Sweeper:
    """A thread that publishes the sweeps at start, after each reconnection and by its own clock.

    Neither beat nor a broker is required: without a broker, a standby sweeps. The thread makes no database connection.
    """

    def __init__(self, worker: "WorkController") -> None:
        self.worker = worker
        self.interval = getattr(settings, "OUTBOX_SWEEP_SECONDS", 60)
        self.standby = Standby(worker.app.main)
        self.woken, self.stopped = threading.Event(), threading.Event()
        self.broker_is_away = False
        self.looped_at = self.well_at = time.monotonic()
        self.sweep_at = self.look_at = self.write_at = 0.0
        self.is_program = isinstance(worker, Worker)
        # No other process can publish there, so it needs a beat of its own.
        has_own_queue = worker.app.conf.broker_url.startswith("memory:")
        self.beat = EmbeddedService(worker.app, thread=True, scheduler_cls=Scheduler) if has_own_queue else None
        self.is_standby = self.is_program and has_own_queue
        self.thread = threading.Thread(target=self.run, name="sweeper", daemon=True)

    def start(self) -> None:
        stopping.clear()
        if self.is_standby:
            platforms.set_pdeathsig("SIGKILL")  # it must not outlive its worker
        if self.beat:
            self.beat.start()
        if self.is_program:
            deadline.start(self.pool_pids)
        self.thread.start()

    def stop(self) -> None:
        self.stopped.set()
        self.woken.set()
        if self.beat:
            self.beat.service.stop()
        self.thread.join()

    def wake(self) -> None:
        """Sweep now: the worker's connection to the broker was made or lost."""
        self.woken.set()

    def run(self) -> None:
        """Run until the worker stops."""
        while not (self.stopped.is_set() or stopping.is_set()):
            try:
                self.tick()
            except Exception:
                logger.exception("The sweeper failed and will try again.")
                self.stopped.wait(TICK)
        self.standby.stop()

    def tick(self) -> None:
        """Do what is due, and wait."""
        self.woken.wait(TICK)
        now, woken = time.monotonic(), self.woken.is_set()
        self.woken.clear()
        looks = now >= self.look_at
        if woken or now >= self.sweep_at or (looks and self.broker_is_away):
            self.sweep_at, self.look_at = now + self.interval, now + BROKER_INTERVAL
            self.use_broker(publish_sweeps())  # a full broker responds, but accepts nothing
        elif looks:
            self.look_at = now + BROKER_INTERVAL
            self.use_broker(broker_responds())
        if self.is_program and not self.is_standby and now >= self.write_at:
            self.write_at = now + health.WRITE_INTERVAL
            self.report(self.state())

    def report(self, state: str) -> None:
        """Write the file for the health check. End the worker if it won't recover: supervisors start it again."""
        health.write("worker", state)
        self.well_at = time.monotonic() if state == health.OK else self.well_at
        if time.monotonic() - self.well_at > MAX_ILLNESS:
            deadline.kill(self.pool_pids(), state)

    def pool_pids(self) -> list[int]:
        return [process.pid for process in pool_processes(self.worker)]

    def use_broker(self, responds: bool) -> None:
        """Start the standby if the broker is unavailable, and stop it once the broker is back."""
        if responds and self.broker_is_away:
            self.looped_at = time.monotonic()
            self.standby.stop()
        elif not responds and not stopping.is_set():
            self.standby.start()
        self.broker_is_away = not responds

    def state(self) -> str:
        """Return health.OK, or what is wrong with the worker. Without a broker it's healthy: the standby works."""
        processes = pool_processes(self.worker)
        if processes and not any(is_alive(process) for process in processes):
            return "all processes of its pool have died"
        silence = time.monotonic() - self.looped_at
        if not self.broker_is_away and silence > MAX_SILENCE:
            return f"its event loop hasn't run for {silence:.0f} seconds"
        return health.OK


def is_alive(process: Any) -> bool:
    """Return whether the process runs. Doesn't wait for it, as is_alive() does: only the pool may."""
    return not select.select([process.sentinel], [], [], 0)[0]


class SweepStep(bootsteps.StartStopStep):
    """The sweeper starts before the consumer, which waits for the broker."""

    requires = ("celery.worker.components:Pool",)

    def create(self, worker: "WorkController") -> Sweeper:
        worker.sweeper = Sweeper(worker)
        return worker.sweeper


class ConnectionStep(bootsteps.StartStopStep):
    """Wake the sweeper when the connection to the broker was made, when lost wake-ups must be made up for, or lost."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: "Consumer", **options: Any) -> None:
        self.timer_entry: Any = None
        super().__init__(consumer, **options)

    def start(self, consumer: "Consumer") -> None:
        sweeper = consumer.controller.sweeper
        sweeper.wake()
        self.timer_entry = consumer.timer.call_repeatedly(health.WRITE_INTERVAL, self.turn, (sweeper,))

    def turn(self, sweeper: Sweeper) -> None:
        sweeper.looped_at = time.monotonic()

    def stop(self, consumer: "Consumer") -> None:
        if self.timer_entry is not None:
            self.timer_entry.cancel()
            self.timer_entry = None
            consumer.controller.sweeper.wake()

    shutdown = stop


@worker_shutting_down.connect
def _stop_working(**kwargs: Any) -> None:
    """Finish the current email, member or request and leave the rest, also in the processes of the pool."""
    stopping.set()

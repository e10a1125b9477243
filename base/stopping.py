"""Whether this process was told to stop. Long work checks it between two steps, and leaves the rest to be continued."""

import mmap


class SharedFlag:
    """Like threading.Event, but processes that are forked later share it, and a signal handler can set it.

    The processes of a worker's pool get no signal when the worker stops: without this, they worked on for up to 45
    seconds. An Event of multiprocessing has locks, which a killed process never releases.
    """

    def __init__(self) -> None:
        self._byte = mmap.mmap(-1, 1)

    def set(self) -> None:
        self._byte[0] = 1

    def clear(self) -> None:
        self._byte[0] = 0

    def is_set(self) -> bool:
        return self._byte[0] == 1


# Set when a worker shuts down: it finishes the current email, member or request.
stopping = SharedFlag()

"""A thread pool for parts of a request."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from base.context import in_this_context


class ContextPool(ThreadPoolExecutor):
    """A pool whose functions run with the context of the thread that submits them, so that their log has its id."""

    def submit(self, function: Callable, /, *args: Any, **kwargs: Any) -> Future:
        return super().submit(in_this_context(function), *args, **kwargs)

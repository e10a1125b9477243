"""The current request's id, client address and browser. Middleware sets it, audit and logging read it."""

from collections.abc import Callable
from contextvars import ContextVar, Token, copy_context
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True)
class RequestContext:
    """`request_id` is also sent as X-Request-ID; `ip` is the client's address as far as it can be trusted."""

    request_id: str = ""
    ip: str | None = None
    user_agent: str = ""
    # What the person used besides the browser, for the audit log: "the access key Nightly report".
    via: str = ""


EMPTY = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context", default=EMPTY)


def current() -> RequestContext:
    """Return the context of the current request, or an empty one outside a request."""
    return _current.get()


def set_current(context: RequestContext) -> Token[RequestContext]:
    """Set the current context. Return the token for reset()."""
    return _current.set(context)


def reset(token: Token[RequestContext]) -> None:
    """Restore the context from before the set_current() call that returned `token`."""
    _current.reset(token)


def in_this_context(function: Callable) -> Callable:
    """Return the function for another thread, where it will run with this thread's context as it is now."""
    return partial(copy_context().run, function)

"""Who is asking from where: set by the middleware, read by audit and logging, empty in a worker."""

from contextvars import ContextVar, Token
from dataclasses import dataclass


@dataclass(frozen=True)
class RequestContext:
    """`request_id` is also sent back as X-Request-ID; `ip` is the client's address as far as it can be trusted."""

    request_id: str = ""
    ip: str | None = None


NOBODY = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context", default=NOBODY)


def current() -> RequestContext:
    """The context of the request being answered, or an empty one."""
    return _current.get()


def set_current(context: RequestContext) -> Token[RequestContext]:
    """Makes `context` the current one; returns the token for reset()."""
    return _current.set(context)


def reset(token: Token[RequestContext]) -> None:
    """Restores what was current before set_current() gave `token`."""
    _current.reset(token)

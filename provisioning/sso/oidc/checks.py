"""The checks of one answer, in the order in which they were made, for the result of a test."""

from provisioning.sso.profile import Check, SsoError


def as_text(value: object, limit: int = 300) -> str:
    """Return what a provider sent as text that can be shown and stored: shortened, without NUL and lone surrogates."""
    return str(value)[:limit].replace("\0", "").encode("utf-8", "replace").decode()


class Checks:
    """Collects checks. The first one that fails raises SsoError with all of them."""

    def __init__(self) -> None:
        self.made: list[Check] = []

    def require(self, passed: bool, name: str, found: object, reason: str, *, code: str) -> None:
        """Record what was found. Raise SsoError with `reason`, a sentence, unless it passed."""
        self.made.append(Check(name, as_text(found), passed))
        if not passed:
            raise SsoError(reason, code=code, checks=tuple(self.made))

    def fail(self, error: Exception, name: str, *, code: str) -> SsoError:
        """Return the error of a step that raised another exception."""
        self.made.append(Check(name, as_text(error), passed=False))
        return SsoError(error, code=code, checks=tuple(self.made))

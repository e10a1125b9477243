"""What an identity provider says about a person, the same for OIDC and SAML."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Self


@dataclass(frozen=True)
class Check:
    """Something that was checked about the answer, for the result of a test: a name, and what was found."""

    name: str
    found: str
    passed: bool = True


@dataclass(frozen=True)
class SsoProfile:
    """A checked answer of an identity provider.

    `subject` is its permanent name for the person (OIDC `sub`, SAML NameID). `email` and the names are cleaned, blank
    where missing. `mfa` is whether it says that it checked a second factor (`amr`, `acr`, AuthnContext). `sid` names
    its session. `attributes` are all that arrived, in order, as text; `used` maps the names of the used ones to the
    fields "subject", "email", "first_name" and "last_name".
    """

    issuer: str
    subject: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    mfa: bool = False
    sid: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        data = json.loads(text)
        return cls(**{**data, "checks": tuple(Check(**each) for each in data["checks"])})


class SsoError(Exception):
    """The sign-in failed. str() is a sentence for the person; `code` a word for tests, logs and the audit log.

    `checks` are those that were made until then, for the result of a test. `profile` is the checked answer, if there
    was one.
    """

    profile: SsoProfile | None = None

    def __init__(self, reason: object, *, code: str, checks: tuple[Check, ...] = ()) -> None:
        self.code, self.checks = code, checks
        super().__init__(str(reason))

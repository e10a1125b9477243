"""What a request was about, collected while it is answered, for the log."""

from dataclasses import dataclass, field
from typing import Any

from provisioning.scim.variants import Notes


@dataclass
class Trace:
    """`about` names whom or what the request concerned, `action` is a key of ScimAction, `changed` whether it wrote.

    `actor` is the connection, which appears in the audit log.
    """

    actor: Any = None
    action: str = ""
    about: str = ""
    changed: bool = False
    notes: Notes = field(default_factory=Notes)

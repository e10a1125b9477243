from provisioning.models.domains import Domain, JoinRequest
from provisioning.models.scim import AdoptionRequest, ScimConnection, ScimGroup, ScimLogEntry, ScimToken, ScimUser
from provisioning.models.setup_links import SetupIntent, SetupLink
from provisioning.models.sso import (
    ExternalIdentity,
    IdentityProvider,
    Provider,
    SsoLogin,
    SsoPurpose,
    SsoRequest,
    SsoTest,
)

__all__ = [
    "AdoptionRequest",
    "Domain",
    "ExternalIdentity",
    "IdentityProvider",
    "JoinRequest",
    "Provider",
    "ScimConnection",
    "ScimGroup",
    "ScimLogEntry",
    "ScimToken",
    "ScimUser",
    "SetupIntent",
    "SetupLink",
    "SsoLogin",
    "SsoPurpose",
    "SsoRequest",
    "SsoTest",
]

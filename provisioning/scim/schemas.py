"""What this server speaks: its resource types with their attributes, and its configuration (RFC 7643)."""

from typing import Annotated, Any, ClassVar

from pydantic import Field
from scim2_models import (
    URN,
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    External,
    Filter,
    Mutability,
    Pagination,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Returned,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models import Group as StandardGroup
from scim2_models import GroupMember as StandardMember
from scim2_models import User as StandardUser

from provisioning.scim.limits import MAX_BODY, MAX_BULK_OPERATIONS, MAX_PAGE_SIZE, PAGE_SIZE

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class User(Resource[AnyExtension]):
    """A member. Attributes that aren't here are ignored: roles, entitlements, certificates.

    A `password` is ignored as well. It's listed because clients that send one refuse to talk to servers without it.
    """

    __schema__ = URN(USER)

    Name: ClassVar[type[ComplexAttribute]] = StandardUser.Name
    Emails: ClassVar[type[ComplexAttribute]] = StandardUser.Emails
    PhoneNumbers: ClassVar[type[ComplexAttribute]] = StandardUser.PhoneNumbers
    Addresses: ClassVar[type[ComplexAttribute]] = StandardUser.Addresses
    Photos: ClassVar[type[ComplexAttribute]] = StandardUser.Photos
    Groups: ClassVar[type[ComplexAttribute]] = StandardUser.Groups

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: StandardUser.Name | None = None  # type: ignore[valid-type]
    display_name: str | None = None
    nick_name: str | None = None
    profile_url: Reference[External] | None = None
    title: str | None = None
    user_type: str | None = None
    preferred_language: str | None = None
    locale: str | None = None
    timezone: str | None = None
    active: bool | None = None
    password: Annotated[str | None, Mutability.write_only, Returned.never] = None
    emails: list[StandardUser.Emails] | None = None  # type: ignore[valid-type]
    phone_numbers: list[StandardUser.PhoneNumbers] | None = None  # type: ignore[valid-type]
    addresses: list[StandardUser.Addresses] | None = None  # type: ignore[valid-type]
    photos: list[StandardUser.Photos] | None = None  # type: ignore[valid-type]
    groups: Annotated[list[StandardUser.Groups] | None, Mutability.read_only] = None  # type: ignore[valid-type]


class Manager(ComplexAttribute):
    """The manager, by the id that the identity provider sends. Entra sends nothing else, so `$ref` isn't required."""

    value: Annotated[str | None, CaseExact.true] = None
    ref: Reference["User"] | None = Field(None, serialization_alias="$ref", validation_alias="$ref")  # type: ignore[type-arg]
    display_name: Annotated[str | None, Mutability.read_only] = None


class EnterpriseUser(Extension):
    """What companies add to a person (RFC 7643, 4.3)."""

    __schema__ = URN(ENTERPRISE)

    employee_number: str | None = None
    cost_center: str | None = None
    organization: str | None = None
    division: str | None = None
    department: str | None = None
    manager: Manager | None = None


class Member(StandardMember):
    """A member of a group. `display` is left out: one list of a group would load every name."""

    display: Annotated[str | None, Mutability.read_only] = None


class Group(Resource[Any]):
    """A group and its members."""

    __schema__ = StandardGroup.__schema__

    display_name: Annotated[str | None, Required.true] = None
    members: list[Member] | None = None


CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=True, max_operations=MAX_BULK_OPERATIONS, max_payload_size=MAX_BODY),
    filter=Filter(supported=True, max_results=MAX_PAGE_SIZE),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="A token from Security, Provisioning, in the Authorization header",
            spec_uri=Reference("https://www.rfc-editor.org/info/rfc6750"),
            primary=True,
        )
    ],
    pagination=Pagination(
        cursor=True,
        index=True,
        default_pagination_method=Pagination.DefaultPaginationMethod.index,
        default_page_size=PAGE_SIZE,
        max_page_size=MAX_PAGE_SIZE,
        cursor_timeout=3600,
    ),
)
# What Okta and Entra need: unknown attributes are ignored, a remove may name its values, and a path such as
# emails[type eq "work"].value creates the entry that it describes.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
PROVIDER = ScimProvider(
    [User, EnterpriseUser, Group],
    [ResourceType.from_resource(User[EnterpriseUser]), ResourceType.from_resource(Group)],
    CONFIG,
    POLICY,
)
USER_TYPE = next(each for each in PROVIDER.resource_types if each.name == "User")
GROUP_TYPE = next(each for each in PROVIDER.resource_types if each.name == "Group")

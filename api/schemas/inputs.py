"""Types of values in request bodies. Text is cleaned as in forms."""

from collections.abc import Callable
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from pydantic import AfterValidator, Field

from api.schemas.types import Id, Text
from base import text
from base.forms import first_error

# Limits on the ids in one request.
MAX_ROLES, MAX_GROUPS, MAX_PROJECTS, MAX_PEOPLE = 50, 200, 500, 100


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def optional(**options: Any) -> Any:
    """Return the declaration of a field that can be omitted but not null. See given()."""
    return Field(default=None, json_schema_extra=_without_default, **options)


def _cleaned(clean: Callable[[str], str], *, required: str = "") -> AfterValidator:
    """Return a validator that cleans text. `required` is the error for text that is blank then, "" to allow it."""

    def validate(value: str) -> str:
        try:
            cleaned = clean(value)
        except ValidationError as error:
            raise ValueError(str(first_error(error))) from None
        if required and not cleaned:
            raise ValueError(required)
        return cleaned

    return AfterValidator(validate)


Name = Annotated[
    Text,
    _cleaned(text.clean_line, required="Enter a name."),
    Field(min_length=1, max_length=100, description="One line. It can’t be blank.", examples=["Marketing"]),
]
PersonName = Annotated[
    Text, _cleaned(text.clean_line), Field(max_length=100, description="One line.", examples=["Nadia"])
]
Description = Annotated[
    Text,
    _cleaned(lambda value: text.clean_line(value, limit=500)),
    Field(max_length=500, description="One line.", examples=["Everyone who writes."]),
]
Address = Annotated[
    Text,
    Field(
        min_length=3,
        max_length=254,
        description="An email address.",
        examples=["nadia@acme.example"],
        json_schema_extra={"format": "email"},
    ),
]
RoleIds = Annotated[
    list[Id],
    Field(
        min_length=1,
        max_length=MAX_ROLES,
        description="Ids of roles. An organization with the scheme “ranked” allows exactly one.",
    ),
]
GroupIds = Annotated[list[Id], Field(max_length=MAX_GROUPS, description="Ids of groups.")]
ProjectIds = Annotated[list[Id], Field(max_length=MAX_PROJECTS, description="Ids of projects.")]
Reason = Annotated[
    Text,
    Field(
        max_length=5000,
        description="Why they are invited. The email quotes it. At most 2,500 characters; a line break counts as one.",
        examples=["You’ll run the spring launch."],
    ),
]
WelcomePage = Annotated[
    Text,
    Field(
        max_length=40,
        description="The page that opens first. One of the roles must allow it. Blank for the default.",
        examples=["homepage"],
    ),
]

"""Small parts of pages: icons, avatars, logos, form fields."""

from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, PasswordInput, RadioSelect, Select
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from base.text import avatar_color, initials

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)  # a list asks for the same few hundreds of times
def icon(name: str, css: str = "") -> SafeString:
    """An icon of static/img/icons.svg, always beside a word or inside a labelled control."""
    classes = f"icon {css}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', classes, static("img/icons.svg"), name
    )


@register.simple_tag
def avatar(name: str, key: object = "", size: str = "", *, square: bool = False, off: bool = False) -> SafeString:
    """Initials of `name` on the colour of `key`; square for what is no person, `off` for who has not joined yet."""
    return format_html(
        '<span class="avatar{}" data-color="{}"{}{} aria-hidden="true">{}</span>',
        " square" if square else "",
        avatar_color(str(key or name)),
        format_html(' data-size="{}"', size) if size else "",
        SafeString(" data-off") if off else "",
        initials(str(name)),
    )


@register.simple_tag
def org_logo(organization: Any, size: str = "") -> SafeString:
    """An organization's picture, or its first letter; square, so that it is never mistaken for a person.

    `organization` has name and logo (a file with a url, or nothing). `size` is "", "sm" or "lg".
    """
    if organization.logo:
        return format_html('<img class="logo {}" src="{}" alt="" width="48" height="48">', size, organization.logo.url)
    first = initials(organization.name)[:1]
    return format_html(
        '<span class="avatar square" data-size="{}" data-color="{}" aria-hidden="true">{}</span>',
        size or "sm",
        avatar_color(organization.name),
        first,
    )


@register.filter
def kind(field: BoundField) -> str:
    """How ui/field.html lays a field out: checks, check, select, password or input."""
    widget = field.field.widget
    if isinstance(widget, (CheckboxSelectMultiple, RadioSelect)):
        return "checks"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, PasswordInput):
        return "password"
    return "select" if isinstance(widget, Select) and not widget.allow_multiple_selected else "input"


def described_by(field: BoundField, *, counted: bool, ruled: bool) -> str:
    """The ids of what stands below the control and explains it, in reading order."""
    parts = {"helptext": field.help_text, "rules": ruled, "count": counted, "error": field.errors}
    return " ".join(f"{field.auto_id}_{name}" for name, there in parts.items() if there)


@register.simple_tag
def control(field: BoundField, attributes: dict) -> SafeString:
    """The field's control alone, with these attributes."""
    return field.as_widget(attrs=attributes)


@register.inclusion_tag("ui/field.html", name="field")
def field_tag(
    field: BoundField,
    *,
    label: str = "",
    hint: str | None = None,
    optional: bool = False,
    hide_label: bool = False,
    **extra: Any,
) -> dict:
    """A label, its control, a hint and its errors, tied together for everybody (ui/field.html).

    label, hint: instead of the form's own; hint="" shows none. optional: says "(optional)".
    hide_label: for screen readers alone.
    Everything else becomes an attribute of the control, an underscore a hyphen, except: rules="ui/password_rules.html"
    includes that template below a password; link_url and link_label set a link at the end of the label's line.
    data_counter=2500 also counts characters while they are typed; of a new password, data_min says how long it must be
    (15 unless told) and data_unlike="Ana|Soto|ana@x.example" what it must not contain, both for the rules alone.
    """
    link = {"url": extra.pop("link_url", ""), "label": extra.pop("link_label", "")}
    rules = extra.pop("rules", "")
    if hint is not None:
        field.help_text = hint  # or Django describes the control by a hint that is not there
    attributes = {name.replace("_", "-"): value for name, value in extra.items()}
    counter = attributes.get("data-counter")
    attributes.setdefault("class", "check" if kind(field) == "check" else "input")
    described = described_by(field, counted=bool(counter), ruled=bool(rules))
    if described:
        attributes["aria-describedby"] = described
    return {
        "field": field,
        "label": label or field.label,
        "hint": field.help_text,
        "optional": optional,
        "hide_label": hide_label,
        "link": link,
        "rules": rules,
        "counter": number_format(counter, force_grouping=True) if counter else "",
        "minimum": attributes.get("data-min", 15),
        "described": described,
        "attributes": attributes,
    }

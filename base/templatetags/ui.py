"""Template tags for icons, avatars, logos and form fields."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, PasswordInput, RadioSelect, Select
from django.templatetags.static import static
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from base.sentences import join_names
from base.text import avatar_color, initials

register = template.Library()
# Names that a list shows in one line.
MAX_NAMES = 5


@register.filter
def joined(names: Iterable[Any]) -> str:
    """Return "A, B and C"; of many names the first ones, as "A, B, C, D, E and 3 more"."""
    return join_names(map(str, names), limit=MAX_NAMES)


@register.simple_tag
@lru_cache(maxsize=256)  # a list uses the same few icons hundreds of times
def icon(name: str, css: str = "") -> SafeString:
    """Render an icon from static/img/icons.svg. It's hidden from screen readers, so put it next to a label."""
    classes = f"icon {css}".strip()
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', classes, static("img/icons.svg"), name
    )


@register.simple_tag
def avatar(
    name: str, key: object = "", size: str = "", *, square: bool = False, inactive: bool = False, picture: Any = None
) -> SafeString:
    """Render a person's picture, or the initials of `name` in the colour of `key`.

    `square` is for groups and the like, `inactive` greyed out. `picture` is a file with a url, or empty.
    """
    if picture:
        options = format_html(' data-size="{}"', size) if size else ""
        return format_html('<img class="avatar" src="{}" alt="" width="32" height="32"{}>', picture.url, options)
    return format_html(
        '<span class="avatar{}" data-color="{}"{}{} aria-hidden="true">{}</span>',
        " square" if square else "",
        avatar_color(str(key or name)),
        format_html(' data-size="{}"', size) if size else "",
        SafeString(" data-off") if inactive else "",
        initials(str(name)),
    )


@register.simple_tag
def org_logo(organization: Any, size: str = "") -> SafeString:
    """Render an organization's logo, or its first letter. It's square, so that it can't be mistaken for a person.

    `organization` has `name` and `logo` (a file with a url, or empty). `size` is "", "sm" or "lg".
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


@register.simple_tag
def undo_of(message: Any) -> dict[str, str] | None:
    """Return the url and the token of a message that can be undone (organizations.undo), None for the others."""
    tag, _space, rest = (message.extra_tags or "").partition(" ")
    url, _space, token = rest.partition(" ")
    return {"url": url, "token": token} if tag == "undo" else None


@dataclass
class TreeNode:
    """A membership in the organization switcher, with the memberships in sub-accounts of its organization."""

    member: Any
    children: list["TreeNode"] = field(default_factory=list)


@register.simple_tag
def organization_tree(memberships: Iterable[Any]) -> list[TreeNode]:
    """Return the memberships as a tree, in the same order. Those without their parent in the list are at the top."""
    nodes = {member.organization_id: TreeNode(member) for member in memberships or ()}
    top = []
    for node in nodes.values():
        parent = nodes.get(node.member.organization.parent_id)
        (parent.children if parent else top).append(node)
    return top


@register.filter
def field_layout(field: BoundField) -> str:
    """Return the layout of a field in ui/field.html: checks, check, select, password or input."""
    widget = field.field.widget
    if isinstance(widget, (CheckboxSelectMultiple, RadioSelect)):
        return "checks"
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, PasswordInput):
        return "password"
    return "select" if isinstance(widget, Select) and not widget.allow_multiple_selected else "input"


def described_by(field: BoundField, *, has_counter: bool, has_rules: bool) -> str:
    """Return the ids of the elements below the control that describe it, in reading order."""
    parts = {"helptext": field.help_text, "rules": has_rules, "count": has_counter, "error": field.errors}
    return " ".join(f"{field.auto_id}_{name}" for name, present in parts.items() if present)


@register.simple_tag
def control(field: BoundField, attributes: dict) -> SafeString:
    """Render only the field's control, with these attributes."""
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
    """Render a label, its control, a hint and errors, connected for screen readers (ui/field.html).

    label, hint: replace the form's own; hint="" shows none. optional: adds "(optional)".
    hide_label: shows the label to screen readers only.
    rules="ui/password_rules.html": includes that template below a password.
    link_url, link_label: put a link at the end of the label's line.
    Everything else becomes an attribute of the control, with hyphens for underscores. data_counter=2500 also counts
    characters while typing. For the rules of a new password, the control has data-min, its minimum length, and
    data-unlike="ana|soto", the words that it must not consist of (accounts.forms.show_password_rules).
    """
    link = {"url": extra.pop("link_url", ""), "label": extra.pop("link_label", "")}
    rules = extra.pop("rules", "")
    if hint is not None:
        field.help_text = hint  # otherwise Django's aria-describedby names a hint that isn't shown
    attributes = {name.replace("_", "-"): value for name, value in extra.items()}
    counter = attributes.get("data-counter")
    attributes.setdefault("class", "check" if field_layout(field) == "check" else "input")
    described = described_by(field, has_counter=bool(counter), has_rules=bool(rules))
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
        "minimum": field.field.widget.attrs.get("data-min", ""),
        "leaked": "data-leaked" in field.field.widget.attrs,
        "described": described,
        "attributes": attributes,
    }

"""Fill in the form of a member's page as a browser would, for tests."""

from html.parser import HTMLParser

from console.tests.people import USERS
from organizations.models import Membership

HTMX = {"HX-Request": "true"}


def profile_url(member: Membership, below: str = "", view: str = "") -> str:
    """Return the URL of the member's page, or of a page below it."""
    return f"{USERS}{member.pk}/{below}" + (f"?view={view}" if view else "")


class FormParser(HTMLParser):
    """Collects the fields of the unchanged form with id "profile", and its disabled options."""

    def __init__(self) -> None:
        super().__init__()
        self.is_inside = False
        self.select = ""
        self.fields: dict[str, list[str]] = {}
        self.disabled: set[str] = set()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.is_inside = attributes.get("id") == "profile"
        if not self.is_inside or "disabled" in attributes and tag != "option":
            return
        if tag == "select":
            self.select = attributes["name"]
        elif tag == "option" and "disabled" in attributes:
            self.disabled.add(attributes["value"])
        elif tag == "option" and "selected" in attributes:
            self.fields[self.select] = [attributes["value"]]
        elif tag == "input" and (attributes.get("type") not in ("checkbox", "radio") or "checked" in attributes):
            self.fields.setdefault(attributes["name"], []).append(attributes.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self.is_inside = False


def form_of(response, **changes) -> dict[str, list[str]]:
    """Return the form's fields with `changes`: one value or several, as text."""
    parser = FormParser()
    parser.feed(response.content.decode())
    assert parser.fields, "no form"
    fields = dict(parser.fields)
    for name, value in changes.items():
        values = value if isinstance(value, list) else [value]
        fields[name.replace("__", "-")] = [str(getattr(one, "pk", one)) for one in values]
    return fields


def edit(client, member: Membership, view: str = "", **changes):
    """Open the page, apply the changes and save, without htmx."""
    address = profile_url(member, view=view)
    return client.post(address, form_of(client.get(address), **changes))


def disabled_roles(response) -> set[str]:
    """Return the ids of the disabled roles."""
    parser = FormParser()
    parser.feed(response.content.decode())
    return parser.disabled

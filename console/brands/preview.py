"""Previews of emails: the real templates with example values, complete or as a small card."""

from base64 import b64encode
from dataclasses import dataclass, field
from html.parser import HTMLParser

from base.brands import Brand, platform_brand
from base.mail import render_html, sender
from console.brands.samples import EmailSample
from organizations.models import Membership


@dataclass
class Card:
    """The main texts of an email."""

    heading: str = ""
    intro: str = ""
    action: str = ""
    note: str = ""


@dataclass(frozen=True)
class Preview:
    """A preview of one email in a brand."""

    sample: EmailSample
    brand: Brand
    card: Card = field(compare=False)

    @property
    def sender(self) -> str:
        """The From header, as recipients see it."""
        name, address = sender(self.brand)
        return f"{name} <{address}>"


class _CardParser(HTMLParser):
    """HTML parser that collects the texts of mail/layout.html by element."""

    def __init__(self) -> None:
        super().__init__()
        self.card, self._name, self._tag = Card(), "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag == "h1":
            self._name, self._tag = "heading", tag
        elif tag == "p" and "intro" in classes:
            self._name, self._tag = "intro", tag
        elif tag == "td" and "button" in classes:
            self._name, self._tag = "action", tag
        elif tag == "p" and "note" in classes:
            self._name, self._tag = "note", tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._tag:
            self._name = self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._name:
            setattr(self.card, self._name, getattr(self.card, self._name) + data)


def sample_html(sample: EmailSample, member: Membership, brand: Brand, *, logo_src: str = "") -> str:
    """Return the complete HTML of a sample without working links. Emails about accounts are in the platform's brand."""
    shown = platform_brand() if sample.is_account else brand
    context = {"subject": sample.label, "logo_alt": shown.organization or shown.platform_name, "url": ""}
    return render_html(
        f"mail/{sample.template}.html", {**context, "logo_src": logo_src, **sample.context(member)}, shown
    )


def full_email(sample: EmailSample, member: Membership, brand: Brand) -> str:
    """Return the complete HTML of a sample with its logo, for a page of its own."""
    shown = platform_brand() if sample.is_account else brand
    logo_src = f"data:image/png;base64,{b64encode(shown.logo_png).decode()}"
    return sample_html(sample, member, brand, logo_src=logo_src)


def preview_of(sample: EmailSample, member: Membership, brand: Brand) -> Preview:
    """Return the preview of a sample. Its texts come from the email's own template."""
    parser = _CardParser()
    parser.feed(sample_html(sample, member, brand))
    card = Card(**{name: " ".join(text.split()) for name, text in vars(parser.card).items()})
    return Preview(sample, platform_brand() if sample.is_account else brand, card)

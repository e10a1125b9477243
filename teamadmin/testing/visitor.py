"""A browser without JavaScript, for tests with real servers: it follows redirects, keeps cookies and submits forms."""

from pathlib import Path
from typing import Self

import requests
from lxml import html

TIMEOUT = 60


class Visitor:
    """Opens pages of the server at `url`, whose certificate may be signed by itself. `page` is the last one."""

    def __init__(self, url: str, certificate: Path | None = None) -> None:
        self.url, self.certificate = url, certificate
        self.session = requests.Session()
        self.session.trust_env = False
        if certificate:
            self.session.verify = str(certificate)
        self.page: html.HtmlElement = html.Element("html")
        self.location = url

    def copy(self) -> Self:
        """Return another visitor with the same cookies, like another tab. A visitor is for one thread."""
        other = type(self)(self.url, self.certificate)
        other.session.cookies.update(self.session.cookies)
        return other

    @property
    def text(self) -> str:
        """The text of the page, with single spaces."""
        return " ".join(self.page.text_content().split())

    def open(self, path: str) -> Self:
        """Open a path, or a whole URL. Raise an error if the response's status is 400 or higher."""
        address = path if path.startswith("http") else self.url + path
        return self._show(self.session.get(address, timeout=TIMEOUT))

    def submit(self, button: str, **fields: str | list[str]) -> Self:
        """Fill in fields by their names, a list in as many fields, and press the first button with this text."""
        form, pressed = self.button(button)
        values = [(name, value) for name, value in form.form_values() if name not in fields]
        for name, value in fields.items():
            assert name in form.fields, f"no field {name!r}"
            values += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        if pressed.get("name"):
            values.append((pressed.get("name"), pressed.get("value", "")))
        action = requests.compat.urljoin(self.location, pressed.get("formaction") or form.get("action") or "")
        method = (pressed.get("formmethod") or form.method).lower()
        sent = {"params": values} if method == "get" else {"data": values}
        headers = {"Referer": self.location, "Origin": self.url} if method == "post" else {}
        return self._show(self.session.request(method, action, headers=headers, timeout=TIMEOUT, **sent))

    def button(self, text: str) -> tuple[html.FormElement, html.HtmlElement]:
        """Return the form with the first button that has this text, and the button."""
        for form in self.page.forms:
            for button in form.iter("button"):
                if " ".join(button.text_content().split()) == text and button.get("type") != "button":
                    return form, button
        raise AssertionError(f"no button {text!r} on {self.location}: {self.text[:500]}")

    def _show(self, response: requests.Response) -> Self:
        response.raise_for_status()
        self.location = response.url
        self.page = html.document_fromstring(response.content)
        return self

"""Many mails that differ in few words: made once, then cast for each recipient.

Making a mail of 24 KB from the beginning costs four times what sending it costs (bench/mails_per_second.py). A renderer
that answers for many rows at once (rendering.render_many) builds one message in which marks stand for what differs,
pours a Mould of it, and casts one message a row.
"""

import quopri
import re
from collections.abc import Collection, Mapping
from email import message_from_bytes
from email.message import Message
from functools import lru_cache
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import forbid_multi_line_headers
from django.utils.html import escape

# Written for each mail; everything else in the head is the mould's.
OWN_HEADERS = ("Subject", "To", "Date", "Message-ID")


def _quoted_printable(text: str) -> bytes:
    """RFC 2045, 6.7, lines ended by CRLF; every "=" is escaped, so that no text can imitate a MIME boundary."""
    lines = text.replace("\r\n", "\n").encode()
    return quopri.encodestring(lines).replace(b"\n", b"\r\n")


def _header(name: str, value: str) -> str:
    """One header, folded, with its CRLF; BadHeaderError where the value has a line break of its own."""
    return ": ".join(forbid_multi_line_headers(name, value, "utf-8")).replace("\n", "\r\n") + "\r\n"


@lru_cache(maxsize=64)
def _subject(value: str) -> str:
    """Folding costs more than all else about a cast, and few subjects differ in a batch."""
    return _header("Subject", value)


class _Finished:
    """What message() of a cast answers: bytes at once, a parsed Message for whoever asks for more."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\r\n") -> bytes:
        return self._content if linesep == "\r\n" else self._content.replace(b"\r\n", linesep.encode())

    def __getattr__(self, name: str) -> Any:
        return getattr(message_from_bytes(self._content), name)

    def __getitem__(self, name: str) -> Any:
        return message_from_bytes(self._content)[name]


class Cast(EmailMultiAlternatives):
    """One message out of a Mould; body and alternatives are there for backends that want them apart."""

    mould: "Mould"
    values: Mapping[str, str]

    def __getattr__(self, name: str) -> Any:
        """body and alternatives are filled in once somebody looks: SMTP needs neither."""
        if name not in ("body", "alternatives"):
            raise AttributeError(name)
        vars(self)[name] = getattr(self.mould, name)(self.values)
        return vars(self)[name]

    def message(self) -> Any:  # type: ignore[override]
        head = {"To": ", ".join(map(str, self.to)), **self.extra_headers}
        lines = [_subject(str(self.subject)), *(_header(name, value) for name, value in head.items())]
        return _Finished("".join(lines).encode("ascii") + self.mould.fill(self.values))


class Mould:
    """A message with marks (any strings that occur nowhere else) in its body and its alternatives.

    What stands for a mark is escaped where the part is HTML. Its recipient, copies and date are not used.
    """

    def __init__(self, message: EmailMultiAlternatives, marks: Collection[str]) -> None:
        self.model, self._names = message, frozenset(marks)
        self._marks = re.compile("(" + "|".join(map(re.escape, marks)) + ")")
        whole: Any = message.message()
        for name in (*OWN_HEADERS, *message.extra_headers):
            del whole[name]
        texts = [part for part in whole.walk() if part.get_content_maintype() == "text" and not part.get_filename()]
        slots = {f"slot-{number}-of-{id(self)}".encode(): self._cut(part) for number, part in enumerate(texts)}
        for part, slot in zip(texts, slots, strict=True):
            part.set_payload(slot.decode())
            del part["Content-Transfer-Encoding"]
            part["Content-Transfer-Encoding"] = "quoted-printable"
        frame = re.split(b"(" + b"|".join(slots) + b")", whole.as_bytes(linesep="\r\n"))
        self._pieces = [piece for chunk in frame for piece in slots.get(chunk, [(chunk, None)])]

    def _cut(self, part: Message) -> list[tuple[bytes, tuple[str, bool] | None]]:
        """The part's text as finished bytes, and (mark, is HTML) where something is to be filled in."""
        payload = part.get_payload(decode=True)
        is_html = part.get_content_subtype() == "html"
        pieces: list[tuple[bytes, tuple[str, bool] | None]] = []
        for place, text in enumerate(self._marks.split(payload.decode())):  # type: ignore[union-attr]
            pieces.append((b"", (text, is_html)) if place % 2 else (_quoted_printable(text), None))
        return pieces

    def fill(self, values: Mapping[str, str]) -> bytes:
        """The message from its first own header on, with `values` for the marks."""
        filled: dict[tuple[str, bool], bytes] = {}
        for mark, value in values.items():
            for is_html in (False, True):
                text = escape(value) if is_html else value
                # Soft line breaks around it keep lines short (RFC 2045, 6.7 (5)), whatever stands beside it.
                filled[mark, is_html] = b"=\r\n" + _quoted_printable(text) + b"=\r\n"
        return b"".join(filled[hole] if hole else piece for piece, hole in self._pieces)

    def cast(self, *, to: str, values: Mapping[str, str], subject: str | None = None) -> EmailMultiAlternatives:
        """A message to one recipient, with its own subject if given; KeyError unless `values` has every mark."""
        if missing := self._names - values.keys():
            raise KeyError(*missing)
        model = self.model
        message = Cast(model.subject if subject is None else subject, from_email=model.from_email, to=[to])
        message.extra_headers = dict(model.extra_headers)
        message.mould, message.values = self, values
        del message.body, message.alternatives
        message.attachments = model.attachments
        message.mixed_subtype = model.mixed_subtype  # type: ignore[attr-defined]
        return message

    def body(self, values: Mapping[str, str]) -> str:
        """The plain text with `values` for the marks."""
        return self._replace(str(self.model.body), values, False)

    def alternatives(self, values: Mapping[str, str]) -> list:
        """The other forms of the text likewise."""
        return [
            type(form)(self._replace(str(form[0]), values, "html" in str(form[1])), form[1])  # type: ignore[misc]
            for form in self.model.alternatives
        ]

    def _replace(self, text: str, values: Mapping[str, str], is_html: bool) -> str:
        return self._marks.sub(lambda mark: escape(values[mark[0]]) if is_html else values[mark[0]], text)

"""HTML that was pasted as text: its links, lines and cells, without tags."""

import html
import re

_TAGS = (
    "a|abbr|b|blockquote|body|code|div|em|font|h[1-6]|html|i|img|li|o:p|ol|p|pre|small|span|strong"
    "|t(?:able|body|d|h|head|r)|u|ul"
)
IS_HTML = re.compile(rf"</(?:{_TAGS})>|<br ?/?>|&(?:lt|gt|amp|nbsp|quot|#\d{{1,6}});", re.I)
LINK = re.compile(r"<a\s([^<>]{1,1000})>([^<>@]{1,200})</a>", re.I)
MAILTO = re.compile(r"mailto:([^\"'<>\s?]+)", re.I)
CELL_END = re.compile(r"</t[dh]>\s{0,99}", re.I)
LINE_END = re.compile(r"<br ?/?>|</(?:p|div|li|tr|h[1-6]|table|ul|ol)>", re.I)
TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]{{0,1000}})?/?>", re.I)
ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.I)


def without_markup(text: str) -> str:
    """Return HTML as a browser would show it, and other text as it is. Links become "Ana Soto <ana@x>"."""
    if not IS_HTML.search(text):
        return text
    text = LINE_END.sub("\n", CELL_END.sub("\t", LINK.sub(_linked, text)))
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), TAG.sub("", text))


def _linked(link: re.Match[str]) -> str:
    found = MAILTO.search(link[1])
    return f"{link[2]} <{found[1]}>" if found else link[2]

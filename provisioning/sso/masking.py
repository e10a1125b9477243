"""Masking of personal values in what pages and logs keep about an identity provider's answers."""


def mask(value: str) -> str:
    """Return enough of a value to recognize it: "00u8c1…Xk5", "Le…", "p…". Line breaks become spaces."""
    text = " ".join(value.split())
    if len(text) > 16:
        return f"{text[:6]}…{text[-3:]}"
    return f"{text[:2]}…" if len(text) > 5 else f"{text[:1]}…" if text else ""

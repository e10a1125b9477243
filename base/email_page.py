"""Responses that show a complete email as a page."""

from csp.constants import NONE, UNSAFE_INLINE

# The email has inline styles and its logo as a data: URL. It runs no script and loads nothing.
EMAIL_CSP = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [NONE],
    "sandbox": True,
}

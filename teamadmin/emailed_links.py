"""Links from emails work even if an email program added something at the end, such as a closing bracket."""

import re

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

# A link with a token, which ends in a letter, digit, "_" or "-", and what came after it: no letter or digit, except in
# the name of a character as URLs and HTML write it ("%20", "&gt;").
_LINK = re.compile(
    r"(?P<link>/(?:invitations|accounts/password/reset/key|accounts/email-change|accounts/not-me|setup)/[\w.:-]{16,}+)"
    r"(?P<rest>(?:%[0-9a-f]{2}|&[a-z]{2,4};|[^a-z0-9])*)",
    re.ASCII | re.IGNORECASE,
)


class EmailedLinkMiddleware:
    """Redirect "/invitations/TOKEN/)" and the like to the link itself. The token's signature is checked there."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD") and (found := _LINK.fullmatch(request.path_info)):
            link = found["link"].rstrip(".:") + "/"
            if link != request.path_info:
                return HttpResponseRedirect(link)
        return self.get_response(request)

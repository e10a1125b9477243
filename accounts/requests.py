"""The type of a request whose user is known to be signed in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class UserRequest(HttpRequest):
    """What a view behind login_required gets. Only a type: no request is made of it."""

    user: User
    htmx: HtmxDetails

"""The type of a request with a signed-in user."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class UserRequest(HttpRequest):
    """The request that a view behind login_required gets. Used in annotations only, never instantiated."""

    user: User
    htmx: HtmxDetails

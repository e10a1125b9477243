"""Error pages show what happened and the request's id, never a traceback. htmx gets a toast instead of a page."""

from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from base.policies import Refused
from teamadmin import errors

HTMX = {"HX-Request": "true"}


def fail_with(client: Client, error: Exception, **options):
    """Return the response of a view that raises `error`."""
    client.raise_request_exception = False
    with patch("allauth.account.views.LoginView.dispatch", side_effect=error):
        return client.get("/accounts/login/", **options)


def test_unknown_url_shows_the_request_id(client):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()
    assert response["X-Request-ID"] in response.content.decode()


def test_denied_request_shows_the_reason(client):
    response = fail_with(client, Refused("Only Admins can deactivate people."))
    assert response.status_code == 403 and "Only Admins can deactivate people." in response.content.decode()


def test_denied_htmx_request_shows_a_toast(client):
    response = fail_with(client, Refused("Only Admins can."), headers=HTMX)
    assert (response.status_code, response["HX-Retarget"], response["HX-Reswap"]) == (403, "#toasts", "beforeend")
    assert "Only Admins can." in response.content.decode() and "<html" not in response.content.decode()


def test_server_error_shows_no_traceback(client):
    response = fail_with(client, ValueError("secret detail"))
    text = response.content.decode()
    assert response.status_code == 500 and "Something went wrong" in text and response["X-Request-ID"] in text
    assert "secret detail" not in text and "Traceback" not in text


def test_server_error_works_without_templates(rf: RequestFactory):
    with patch("teamadmin.errors.render_to_string", side_effect=ValueError):
        response = errors.server_error(rf.get("/"))
    assert response.status_code == 500 and b"Something went wrong" in response.content


def test_database_outage_is_a_503(client):
    response = fail_with(client, OperationalError("connection refused"))
    assert response.status_code == 503 and response["Retry-After"] == "30"
    assert "The database isn’t responding" in response.content.decode()


def test_missing_csrf_token_says_the_form_is_out_of_date():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "a@b.example"})
    assert response.status_code == 403 and "This form is out of date" in response.content.decode()


def test_rate_limit_says_too_many_requests(client, db, settings):
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/ip"}
    client.post("/accounts/password/reset/", {"email": "a@b.example"})
    response = client.post("/accounts/password/reset/", {"email": "a@b.example"})
    assert response.status_code == 429 and "Too many requests" in response.content.decode()


def test_error_inside_an_organization_keeps_the_frame(cast, rf: RequestFactory):
    request = rf.get("/o/acme/users/")
    request.user, request.organization, request.memberships = cast.olga.user, cast.acme, [cast.olga]
    text = errors.permission_denied(request, Refused("Not you.")).content.decode()
    assert 'id="account-menu"' in text and "Not you." in text and "Acme" in text


@pytest.mark.parametrize("status", [400, 403, 404])
def test_error_pages_are_complete(rf, status):
    view = {400: errors.bad_request, 403: errors.permission_denied, 404: errors.page_not_found}[status]
    response = view(rf.get("/"))
    assert response.status_code == status and response.content.strip().endswith(b"</html>")

"""Who gets in, and what every response has (A-7)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from api.tests.keys import ApiClient, add_key
from organizations.models import AccessKey, AccessKeySecret, Status


def assert_problem(response, status):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status and body["title"] and body["detail"] and body["request_id"]
    assert body["request_id"] == response["X-Request-ID"]
    assert response["Cache-Control"] == "no-store"
    return body


@pytest.mark.spec("A-7")
def test_a_key_returns_its_organization(cast):
    response = ApiClient(cast.bo, "members:read").get("organization")
    assert response.status_code == 200 and response["Content-Type"] == "application/json"
    body = response.json()
    assert (body["name"], body["slug"], body["scheme"]) == ("Acme", "acme", "ranked")
    assert body["access_key"]["owner"] == "member" and body["access_key"]["scopes"] == ["members:read"]
    assert response["Cache-Control"] == "no-store" and not response.cookies


@pytest.mark.spec("A-7")
def test_an_organization_s_key_works_too(cast):
    body = ApiClient(cast.globex).get("organization").json()
    assert body["slug"] == "globex" and body["access_key"]["owner"] == "organization"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer tap_no", "Basic b2xnYQ==", "Bearer " + "a" * 9000])
def test_without_a_valid_key_there_is_nothing(cast, header):
    response = Client().get("/api/v1/organization", headers={"Authorization": header} if header else {})
    assert_problem(response, 401)
    assert response["WWW-Authenticate"].startswith("Bearer realm=")


@pytest.mark.spec("A-7")
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_sessions_do_not_count(cast, method):
    client = cast.client("olga", enforce_csrf_checks=True)
    assert_problem(getattr(client, method)("/api/v1/organization"), 401)
    assert_problem(getattr(client, method)("/api/v1/nothing"), 401)


def test_a_session_besides_a_key_changes_nothing(cast):
    _key, secret = add_key(cast.globex)
    client = cast.client("olga", enforce_csrf_checks=True)
    body = client.get("/api/v1/organization", headers={"Authorization": f"Bearer {secret}"}).json()
    assert body["slug"] == "globex"


def test_two_authorization_headers_are_refused(cast):
    """Web servers join repeated headers with commas."""
    _key, secret = add_key(cast.acme)
    header = f"Bearer {secret},Bearer {secret}"
    assert_problem(Client().get("/api/v1/organization", headers={"Authorization": header}), 401)


@pytest.mark.spec("A-6")
def test_keys_end(cast):
    client = ApiClient(cast.bo)
    cast.bo.status = Status.DEACTIVATED
    cast.bo.save()
    assert_problem(client.get("organization"), 401)
    client = ApiClient(cast.acme)
    AccessKeySecret.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert_problem(client.get("organization"), 401)
    client = ApiClient(cast.acme)
    cast.acme.is_active = False
    cast.acme.save()
    assert_problem(client.get("organization"), 401)


@pytest.mark.spec("S-6")
def test_networks_that_the_organization_does_not_allow_are_refused(cast):
    client = ApiClient(cast.acme)
    cast.acme.allowed_ip_ranges = ["192.0.2.0/24"]
    cast.acme.save()
    assert "network" in assert_problem(client.get("organization"), 403)["detail"]


def test_the_last_use_is_saved(cast, django_assert_num_queries):
    client = ApiClient(cast.acme)
    client.get("organization")
    key = AccessKey.objects.get(pk=client.key.pk)
    assert key.last_used_at and key.secrets.get().last_used_at
    with django_assert_num_queries(2):  # the secret, and the key with its organization
        client.get("organization")


@pytest.mark.parametrize("path", ["nothing", "organization/", "members/1/2/3/4", "", "%00", "a%0Ab", "..%2f..%2fadmin"])
def test_unknown_addresses(cast, path):
    assert_problem(ApiClient(cast.acme).get(path), 404)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/organization", "/api/v1"])
def test_other_addresses_below_api(cast, path):
    _key, secret = add_key(cast.acme)
    assert_problem(Client().get(path), 401)
    assert_problem(Client().get(path, headers={"Authorization": f"Bearer {secret}"}), 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_other_methods(cast, method):
    response = ApiClient(cast.acme).send(method, "organization")
    assert_problem(response, 405)
    assert response["Allow"] == "GET, HEAD"


def test_head(cast):
    client = ApiClient(cast.acme)
    response = client.send("HEAD", "organization")
    assert response.status_code == 200 and response.content == b""
    assert response["Content-Length"] == str(len(client.get("organization").content))


@pytest.mark.parametrize(
    ("query", "field"), [("a=1", "a"), ("limit=1", "limit"), ("%00=1", ""), ("a=" + "b" * 9000, None)]
)
def test_unknown_parameters(cast, query, field):
    body = assert_problem(ApiClient(cast.acme).get(f"organization?{query}"), 422)
    assert field is None or body["errors"][0]["field"] == field


def test_limits_per_minute(cast, settings):
    settings.API_REQUESTS_PER_MINUTE = 2
    client, other = ApiClient(cast.acme), ApiClient(cast.acme)
    response = client.get("organization")
    assert response["RateLimit-Policy"] == '"key";q=2;w=60' and response["RateLimit"].startswith('"key";r=1;t=')
    client.get("nothing")
    response = client.get("organization")
    assert_problem(response, 429)
    assert 1 <= int(response["Retry-After"]) <= 61 and response["RateLimit"].startswith('"key";r=0;t=')
    assert other.get("organization").status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "a b"])
def test_errors_of_middleware_are_problems_too(cast, host):
    assert_problem(Client().get("/api/v1/organization", headers={"Host": host}), 400)


def test_plain_http_is_refused_instead_of_redirected(cast, settings):
    settings.SECURE_SSL_REDIRECT = True
    client = ApiClient(cast.acme)
    assert "https" in assert_problem(client.get("organization"), 403)["detail"]
    headers = {"Authorization": f"Bearer {client.secret}"}
    assert Client().get("/api/v1/organization", secure=True, headers=headers).status_code == 200

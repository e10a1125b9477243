"""The theme is saved for the user and used on every page."""

import pytest

from accounts.models import User


@pytest.mark.spec("U-1")
@pytest.mark.parametrize("theme", ["system", "light", "dark"])
def test_a_theme_is_saved_and_used(cast, theme):
    client = cast.client("bo")
    response = client.post("/accounts/theme/", {"theme": theme}, headers={"Referer": "http://testserver/o/acme/"})
    assert (response.status_code, response["Location"]) == (302, "http://testserver/o/acme/")
    assert f'data-theme="{theme}"' in client.get("/o/acme/").content.decode()


def test_htmx_gets_an_empty_response(cast):
    response = cast.client("bo").post("/accounts/theme/", {"theme": "dark"}, headers={"HX-Request": "true"})
    assert response.status_code == 204 and User.objects.get(pk=cast.bo.user_id).theme == "dark"


@pytest.mark.parametrize("theme", ["", "purple", "dark\x00", "DARK"])
def test_an_unknown_theme_is_rejected(cast, theme):
    assert cast.client("bo").post("/accounts/theme/", {"theme": theme}).status_code == 400
    assert User.objects.get(pk=cast.bo.user_id).theme == "system"


@pytest.mark.parametrize(
    "referer", ["https://evil.test/", "//evil.test", "javascript:alert(1)", "http://testserver@evil.test/", "/\\evil"]
)
def test_it_never_redirects_to_another_site(cast, referer):
    response = cast.client("bo").post("/accounts/theme/", {"theme": "dark"}, headers={"Referer": referer})
    assert response["Location"] == "/"


def test_get_is_not_allowed_and_visitors_must_sign_in(cast):
    assert cast.client("bo").get("/accounts/theme/?theme=dark").status_code == 405
    assert cast.client().post("/accounts/theme/", {"theme": "dark"})["Location"].startswith("/accounts/login/")

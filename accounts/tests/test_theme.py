"""The theme: kept for the user, shown on every page."""

import pytest

from accounts.models import User


@pytest.mark.spec("U-1")
@pytest.mark.parametrize("theme", ["system", "light", "dark"])
def test_a_theme_is_kept_and_shown(cast, theme):
    client = cast.client("bo")
    answer = client.post("/accounts/theme/", {"theme": theme}, headers={"Referer": "http://testserver/o/acme/"})
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/o/acme/")
    assert f'data-theme="{theme}"' in client.get("/o/acme/").content.decode()


def test_htmx_gets_nothing_to_swap(cast):
    answer = cast.client("bo").post("/accounts/theme/", {"theme": "dark"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204 and User.objects.get(pk=cast.bo.user_id).theme == "dark"


@pytest.mark.parametrize("theme", ["", "purple", "dark\x00", "DARK"])
def test_no_theme_of_ours_changes_nothing(cast, theme):
    assert cast.client("bo").post("/accounts/theme/", {"theme": theme}).status_code == 400
    assert User.objects.get(pk=cast.bo.user_id).theme == "system"


@pytest.mark.parametrize(
    "referer", ["https://evil.test/", "//evil.test", "javascript:alert(1)", "http://testserver@evil.test/", "/\\evil"]
)
def test_it_leads_nowhere_else(cast, referer):
    answer = cast.client("bo").post("/accounts/theme/", {"theme": "dark"}, headers={"Referer": referer})
    assert answer["Location"] == "/"


def test_get_changes_nothing_and_nobody_has_none(cast):
    assert cast.client("bo").get("/accounts/theme/?theme=dark").status_code == 405
    assert cast.client().post("/accounts/theme/", {"theme": "dark"})["Location"].startswith("/accounts/login/")

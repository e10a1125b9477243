"""Exports have the user's CSV separator (U-17)."""

import csv

import pytest

from accounts.models import User

SAVE = "/accounts/csv-separator/"
EXPORTS = ["/o/acme/users/export/", "/o/acme/audit-log/export/csv/", "/o/acme/security/provisioning/log/export/"]


@pytest.mark.spec("U-17")
@pytest.mark.parametrize("url", EXPORTS)
@pytest.mark.parametrize("separator", [",", ";"])
def test_every_export_has_the_saved_separator(cast, url, separator):
    client = cast.client("olga")
    assert client.post(SAVE, {"separator": separator}, headers={"HX-Request": "true"}).status_code == 204
    first = client.get(url).getvalue().decode().removeprefix("\ufeff").splitlines()[0]
    assert f'"{separator}"' in first
    assert len(next(csv.reader([first], delimiter=separator))) > 3


@pytest.mark.spec("U-17")
@pytest.mark.parametrize("page", ["/o/acme/users/", "/o/acme/audit-log/"])
def test_the_choice_is_next_to_export_and_works_without_javascript(cast, page):
    client = cast.client("olga")
    assert 'value="," checked' in client.get(page).content.decode()
    response = client.post(SAVE, {"separator": ";"}, headers={"Referer": f"http://testserver{page}"})
    assert response["Location"] == f"http://testserver{page}"
    assert 'value=";" checked' in client.get(page).content.decode()


@pytest.mark.parametrize("separator", ["", "\t", ",;", "|"])
def test_another_separator_is_refused(cast, separator):
    assert cast.client("bo").post(SAVE, {"separator": separator}).status_code == 400
    assert User.objects.get(pk=cast.bo.user_id).csv_separator == ","

"""Logos are served as pictures and as nothing else."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_a_logo_comes_as_a_picture_that_runs_nothing(client):
    default_storage.save("logos/acme.png", ContentFile(b"\x89PNG"))
    answer = client.get("/media/logos/acme.png")
    assert answer.status_code == 200 and answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer.getvalue() == b"\x89PNG"


@pytest.mark.parametrize("path", ["acme.svg", "acme.html", "gone.png", "..%2Fteamadmin.png", "../../manage.py"])
def test_nothing_else_is_served(client, path):
    default_storage.save("logos/acme.svg", ContentFile(b"<svg onload=alert(1)>"))
    default_storage.save("logos/acme.html", ContentFile(b"<script>"))
    assert client.get(f"/media/logos/{path}").status_code == 404

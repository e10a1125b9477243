"""Logos are served as images, and nothing else is served."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_logo_is_served_as_a_sandboxed_image(client):
    default_storage.save("logos/acme.png", ContentFile(b"\x89PNG"))
    response = client.get("/media/logos/acme.png")
    assert response.status_code == 200 and response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response.getvalue() == b"\x89PNG"


@pytest.mark.parametrize("path", ["acme.svg", "acme.html", "gone.png", "..%2Fteamadmin.png", "../../manage.py"])
def test_other_files_are_not_found(client, path):
    default_storage.save("logos/acme.svg", ContentFile(b"<svg onload=alert(1)>"))
    default_storage.save("logos/acme.html", ContentFile(b"<script>"))
    assert client.get(f"/media/logos/{path}").status_code == 404

"""The Brands page: color with contrast, names, reply address, previews (A-2)."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.lines import describe
from audit.models import Entry
from base.policies import Refused
from console.brands.samples import SAMPLES
from organizations.brand_rules import ContrastTooLow
from organizations.models import Organization
from organizations.permissions import Permission
from organizations.services import BrandSettings, send_brand_test, set_brand
from outbox.models import OutgoingEmail
from teamadmin.testing.aging import age, asks, confirm
from teamadmin.testing.cast import add_role
from teamadmin.testing.html import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-2")]
URL = "/o/acme/brands/"
BRAND = {
    "brand_color": "#0b6b4f",
    "platform_name": "Workbench",
    "from_name": "Acme People",
    "reply_to": "people@acme.example",
}
NOTHING = dict.fromkeys(BRAND, "")


def saved(cast) -> dict[str, str]:
    organization = Organization.objects.get(pk=cast.acme.pk)
    return {name: getattr(organization, name) for name in BRAND}


def value_of(response, name: str) -> str:
    """Return what the field contains."""
    control = re.search(rf'<input[^>]*name="{name}"[^>]*>', response.content.decode())[0]
    found = re.search(r'value="([^"]*)"', control)
    return found[1] if found else ""


def test_a_brand_is_saved_shown_and_recorded(cast):
    client = cast.client("olga")
    assert client.post(URL, BRAND)["Location"] == URL
    assert saved(cast) == BRAND
    page = client.get(URL)
    assert {name: value_of(page, name) for name in BRAND} == BRAND
    text = text_of(page)
    for part in ("Brand saved.", "6.5:1 White on #0b6b4f, light AA", "7.2:1 Dark on #41bd93, dark AAA"):
        assert part in text
    entry = Entry.objects.get(action="brand.changed")
    assert entry.data["from"] == NOTHING and entry.data["to"] == BRAND
    assert str(entry.actor_id) == str(cast.olga.pk) and "changed the brand of" in describe(entry).sentence
    client.post(URL, BRAND)  # nothing changes
    assert Entry.objects.filter(action="brand.changed").count() == 1


def test_without_a_brand_the_platforms_is_shown(cast):
    text = text_of(cast.client("olga").get(URL))
    for part in ("5.7:1 White on #2a5bdc, light", "“Join Acme on TeamAdmin”", "Acme via TeamAdmin <invite@teamadmin"):
        assert part in text


@pytest.mark.parametrize(("color", "shade"), [("#ffd400", "#8d7400"), ("#FFF", "#767676"), ("#777777", "#767676")])
def test_an_unreadable_color_is_not_saved_and_a_shade_is_offered(cast, color, shade):
    client = cast.client("olga")
    response = client.post(URL, BRAND | {"brand_color": color})
    assert response.status_code == 422 and saved(cast) == NOTHING
    assert value_of(response, "brand_color") == color and value_of(response, "platform_name") == "Workbench"
    text = text_of(response)
    assert f"The nearest shade that passes is {shade}." in text and "Too low" in text and f"Use {shade}" in text
    with pytest.raises(ContrastTooLow) as error:
        set_brand(actor=cast.olga, settings=BrandSettings(brand_color=color))
    assert error.value.shade == shade and saved(cast) == NOTHING


def test_the_shade_is_used_without_javascript(cast):
    client = cast.client("olga")
    response = client.post(URL + "preview/", BRAND | {"brand_color": "#ffd400", "shade": "#8d7400"})
    assert response.status_code == 200 and saved(cast) == NOTHING
    assert value_of(response, "brand_color") == "#8d7400" and value_of(response, "from_name") == "Acme People"
    html = response.content.decode()
    assert 'data-guard="dirty"' in html and "Too low" not in html and "/brand/preview/8d7400/" in html


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("brand_color", "green", "Enter a hex color"),
        ("brand_color", "#0b6b4f;}*{", "Enter a hex color"),
        ("brand_color", "#" + "0" * 5000, "Enter a hex color"),
        ("platform_name", "Work\r\nBcc: evil@evil.example", "Remove the line break after “Work”."),
        ("platform_name", "x" * 41, "Use at most 40 characters."),
        ("platform_name", "\u202ehcneb", "at the start."),
        ("from_name", "Acme\nTo: a@b.example", "Remove the line break after “Acme”."),
        ("from_name", "Acme\x00", "Remove the hidden character U+0000 after “Acme”."),
        ("from_name", "\u2066Acme", "at the start."),
        ("from_name", "security@paypal.example", "Enter a name, not an email or web address."),
        ("from_name", "security＠paypal.example", "Enter a name, not an email or web address."),
        ("from_name", "https://evil.example", "Enter a name, not an email or web address."),
        ("from_name", "x" * 61, "Use at most 60 characters."),
        ("reply_to", "people", "Enter an email address like name@company.com."),
        ("reply_to", "a@b.example, c@d.example", "Enter an email address like name@company.com."),
        ("reply_to", "People <people@acme.example>", "spaces"),
        ("reply_to", "people@acme.example\r\nBcc: x@evil.example", "email address"),
        ("reply_to", "a" * 250 + "@acme.example", "at most 254 characters"),
    ],
)
def test_bad_values_are_refused_beside_their_field_and_nothing_is_lost(cast, name, value, message):
    response = cast.client("olga").post(URL, BRAND | {name: value})
    assert response.status_code == 422 and saved(cast) == NOTHING
    html = response.content.decode()
    error = re.search(rf'id="id_{name}_error">(.*?)</div>', html, re.DOTALL)[1]
    assert message in error and f"id_{name}_error" in re.search(rf'<input[^>]*name="{name}"[^>]*>', html)[0]
    for other in BRAND.keys() - {name}:
        assert value_of(response, other) == BRAND[other]
    with pytest.raises(ValidationError):
        set_brand(actor=cast.olga, settings=BrandSettings(**BRAND | {name: value}))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"brand_color": " 0B6B4F "}, {"brand_color": "#0b6b4f"}),
        ({"reply_to": " People@BÜCHER.example "}, {"reply_to": "people@xn--bcher-kva.example"}),
        ({"platform_name": "  Рабочий стол  "}, {"platform_name": "Рабочий стол"}),
        ({"from_name": "\u200b"}, {"from_name": ""}),
        ({"from_name": 'Acme "HR", Inc.'}, {"from_name": 'Acme "HR", Inc.'}),
    ],
)
def test_values_are_kept_in_one_form(cast, typed, kept):
    assert cast.client("olga").post(URL, NOTHING | typed).status_code == 302
    assert saved(cast) == NOTHING | kept


@pytest.mark.spec("A-2", "S-7")
def test_a_new_reply_address_needs_a_fresh_sign_in(cast):
    client = cast.client("olga")
    age(client, 60)
    response = client.post(URL, BRAND)
    assert asks(response) and saved(cast) == NOTHING
    confirm(client, response)
    assert saved(cast) == BRAND
    age(client, 60)
    assert client.post(URL, BRAND | {"platform_name": "Desk"})["Location"] == URL


def test_other_organizations_and_other_roles_cannot_change_it(cast):
    assert cast.client("tess").post(URL, BRAND).status_code == 404
    assert cast.client("max").post(URL, BRAND).status_code == 403
    with pytest.raises(Refused):
        set_brand(actor=cast.max, settings=BrandSettings(**BRAND))
    set_brand(actor=cast.tess, settings=BrandSettings(**BRAND))  # her own
    assert saved(cast) == NOTHING and Organization.objects.get(slug="globex").platform_name == "Workbench"


def test_every_email_has_a_preview_in_its_own_words(cast):
    client = cast.client("olga")
    client.post(URL, BRAND)
    layout = Path(settings.BASE_DIR) / "templates/mail"
    emails = {path.stem for path in layout.glob("*.html") if '{% extends "mail/layout.html" %}' in path.read_text()}
    assert emails == {sample.template for sample in SAMPLES}
    for sample in SAMPLES:
        response = client.get(URL, {"email": sample.template})
        card = response.context["preview"].card
        assert all((card.heading, card.intro, card.action)), sample.template
        assert "{{" not in str(card) and "None" not in str(card)
        assert text_of(response).count(card.heading) >= 2  # light and dark
        full = client.get(f"{URL}emails/{sample.template}/")
        html = full.content.decode()
        assert "sandbox" in full["Content-Security-Policy"] and "script-src" not in full["Content-Security-Policy"]
        assert ("#0b6b4f" in html) == ("Workbench" in html) == (not sample.is_account), sample.template
        assert "<a href" not in re.sub(r'<a href="?"', "", html)
    assert client.get(f"{URL}emails/layout/").status_code == 404


@pytest.mark.spec("M-1")
def test_what_is_typed_is_previewed_and_not_saved(cast):
    client = cast.client("olga")
    typed = BRAND | {"brand_color": "#ffd400", "email": "two_factor_reminder"}
    response = client.post(URL + "preview/", typed, headers={"hx-request": "true"})
    text = text_of(response)
    assert "Acme People" in text and "“Join Acme on Workbench”" in text and "1.4:1" in text and "Use #8d7400" in text
    assert "Set up two-factor authentication" in text and "/brand/preview/ffd400/" in response.content.decode()
    assert "<html" not in response.content.decode() and saved(cast) == NOTHING and not Entry.objects.exists()
    text = text_of(client.post(URL + "preview/", typed))
    assert "Brands" in text and "Save brand" in text and "Use #8d7400" in text  # without JavaScript, the whole page


def test_a_bad_value_does_not_break_the_preview(cast):
    set_brand(actor=cast.olga, settings=BrandSettings(**BRAND))
    typed = dict.fromkeys(BRAND, "\x00@://\r\n") | {"email": "../../x"}
    response = cast.client("olga").post(URL + "preview/", typed, headers={"hx-request": "true"})
    assert response.status_code == 200 and "/brand/preview/0b6b4f/" in response.content.decode()
    assert "Join Acme on Workbench" in text_of(response)
    assert cast.client("olga").post(URL + "preview/", {}).status_code == 200


def test_a_page_takes_a_fixed_number_of_queries(cast):
    client = cast.client("olga")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counts.append(len(queries))
        for number in range(30):
            add_role(cast.acme, f"Role {len(counts)} {number}", Permission.WORKSPACE_VIEW)
    assert counts[0] == counts[1] < 12


def test_a_test_email_is_sent_once_a_minute_to_oneself(cast):
    client = cast.client("olga")
    for _ in range(3):
        assert client.post(URL + "test/")["Location"] == URL
    email = OutgoingEmail.objects.get(kind="organizations.brand_test")
    assert email.subject_id == cast.olga.pk
    assert "We’re sending a test email to olga@acme.example." in text_of(client.get(URL))
    with pytest.raises(Refused):
        send_brand_test(actor=cast.max)

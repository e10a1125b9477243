"""Oversized, malformed and hostile input: never a 500 or a partial write, and always fast."""

import time
from uuid import uuid4

import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict

from invitations.models import Batch, Invitation
from invitations.tests.wizard_helpers import (
    NADIA,
    draft_form,
    page_html,
    personalize_form,
    setup_form,
    start_draft,
    url,
)
from invitations.views.wizard_access import reject_unstorable
from teamadmin.testing.html import text_of

HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "{% debug %}", "${7*7}", "'; DROP"]


@pytest.mark.spec("W-4", "M-6")
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_escaped(cast, text):
    client = cast.client("olga")
    draft = start_draft(client, (text, text, NADIA[2]))
    for name in ("user_add_draft", "user_add_personalize"):
        response = client.get(url(name, draft))
        assert text in page_html(response)
        if "<" in text:
            assert text not in response.content.decode()


@pytest.mark.spec("W-4", "W-7")
@pytest.mark.parametrize("value", ["\0", "a\0b"])
def test_nul_is_a_bad_request(cast, value):
    client = cast.client("olga")
    draft = start_draft(client)
    forms = [
        ("user_add_draft", draft_form(draft, first_name=[value])),
        ("user_add_autosave", draft_form(draft, email=[value])),
        ("user_add_groups", draft_form(draft, group_q=value)),
        ("user_add_personalize", personalize_form(draft, value)),
        ("user_add_preview", personalize_form(draft, value)),
        ("user_add_back", personalize_form(draft, "", value)),
    ]
    for name, form in forms:
        assert client.post(url(name, draft), form).status_code == 400, name
    draft.refresh_from_db()
    assert draft.version == 1


@pytest.mark.spec("W-4", "W-7")
@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape"])
def test_lone_surrogates_are_not_stored(cast, charset):
    value = {"utf-7": b"+2AA-", "unicode_escape": b"\\ud800"}[charset]
    draft = start_draft(cast.client("olga"))
    parts = {b"reason": value, b"welcome_page": b"homepage", b"version": b"1"}
    body = b"".join(b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % part for part in parts.items())
    response = cast.client("olga").post(
        url("user_add_personalize", draft), body + b"--x--\r\n", f"multipart/form-data; boundary=x; charset={charset}"
    )
    assert response.status_code in (302, 400, 409)
    draft.refresh_from_db()
    assert "\ud800" not in draft.reason
    half = QueryDict(mutable=True)
    half["reason"] = "a\ud800"
    with pytest.raises(BadRequest):
        reject_unstorable(half)


@pytest.mark.spec("W-4")
@pytest.mark.parametrize(
    "name",
    ["\u202eevil", "a\u2066b", "a\nb", "x" * 101, "\x07", "a\u2028b"],
    ids=["bidi", "isolate", "line", "101", "bell", "ls"],
)
def test_unprintable_names_show_error_at_their_field(cast, name):
    response = cast.client("olga").post(url("user_add"), setup_form((name, "Petrov", NADIA[2])), follow=True)
    assert response.status_code == 200
    assert 'id="first_name-0-error"' in page_html(response)


@pytest.mark.spec("W-3")
@pytest.mark.parametrize("name", ["Zoë", "李", "محمد", "O'Brien", "Jean-Luc", "\U0001f600", "é́́́", "x" * 100])
def test_names_in_any_script_are_accepted(cast, name):
    draft = start_draft(cast.client("olga"), (name, name, NADIA[2]))
    assert name in page_html(cast.client("olga").get(url("user_add_personalize", draft)))


@pytest.mark.spec("W-4")
@pytest.mark.parametrize(
    "email",
    [
        "a@localhost",
        "a@[127.0.0.1]",
        '"a b"@x.test',
        "a..b@x.test",
        ".a@x.test",
        "a@x",
        "üser@x.test",
        "\u0430dm@x.test",
    ],
)
def test_invalid_addresses_show_error_at_their_field(cast, email):
    response = cast.client("olga").post(url("user_add"), setup_form(("Nadia", "Petrov", email)), follow=True)
    assert response.status_code == 200
    assert 'id="email-0-error"' in page_html(response) and email in page_html(response)


@pytest.mark.spec("W-4")
def test_spellings_of_one_address_are_duplicates(cast):
    rows = [("A", "A", "user@bücher.example"), ("B", "B", "USER@xn--bcher-kva.example")]
    response = cast.client("olga").post(url("user_add"), setup_form(*rows), follow=True)
    assert response.status_code == 200
    assert "This address is already listed above." in text_of(response)


@pytest.mark.spec("W-7", "W-3", "W-5")
def test_oversized_input_is_rejected_quickly(cast):
    client = cast.client("olga")
    draft = start_draft(client)
    many = [str(uuid4()) for _n in range(10_000)]
    steps = [
        ("user_add_personalize", lambda: personalize_form(draft, "x" * 10_000_000)),
        ("user_add_personalize", lambda: personalize_form(draft, "x" * 900_000)),
        ("user_add_draft", lambda: draft_form(draft, groups=many)),
        ("user_add_draft", lambda: draft_form(draft, groups=many[:1_900])),
        ("user_add_draft", lambda: draft_form(draft, first_name=["x"] * 1000)),
        ("user_add_draft", lambda: draft_form(draft, first_name=["x"] * 500)),
        ("user_add_draft", lambda: draft_form(draft, first_name=["x" * 100_000])),
        ("user_add_draft", lambda: draft_form(draft, email=["x@" * 100_000])),
        ("user_add_draft", lambda: draft_form(draft, email=['"' * 200_000])),
        ("user_add_draft", lambda: draft_form(draft, email=["a@x.test," * 600])),
        ("user_add_draft", lambda: draft_form(draft, email=["a@x.test," * 60_000])),
    ]
    for name, form in steps:
        draft.refresh_from_db()
        started = time.thread_time()
        assert client.post(url(name, draft), form()).status_code in (302, 400, 413, 422)
        assert time.thread_time() - started < 3
    assert not Invitation.objects.exists()


@pytest.mark.spec("W-12")
@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 5000, "1.5", "\u0661"])
def test_invalid_version_is_a_conflict(cast, version):
    client = cast.client("olga")
    draft = cast.draft()
    draft.version = 7
    draft.save()
    response = client.post(url("user_add_draft", draft), draft_form(draft, first_name=["New"], version=version))
    assert response.status_code == 409


@pytest.mark.spec("W-12")
def test_invalid_draft_id_creates_new_draft(cast):
    for key in ("", "x", "../..", "0" * 5000):
        response = cast.client("olga").post(url("user_add"), setup_form(draft=key))
        assert response.status_code == 302
        Batch.objects.all().delete()


@pytest.mark.spec("W-3")
def test_missing_fields_are_read_as_blank(cast):
    response = cast.client("olga").post(
        url("user_add"), {**setup_form(), "first_name": ["A", "B"], "last_name": []}, follow=True
    )
    assert response.status_code == 200
    assert page_html(response).split("<template>")[0].count('name="email"') == 2


@pytest.mark.spec("W-1")
def test_other_methods_are_rejected(cast):
    draft = cast.draft()
    for name in ("user_add_draft", "user_add_personalize", "user_add_autosave"):
        for method in ("put", "patch", "delete"):
            assert getattr(cast.client("olga"), method)(url(name, draft)).status_code == 405
    assert Batch.objects.filter(pk=draft.pk).exists()

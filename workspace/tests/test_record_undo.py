"""Archiving a dataset, source, destination or pipeline can be undone (A-3, U-22)."""

import pytest

from audit.models import Entry
from teamadmin.testing.html import text_of
from teamadmin.testing.records import add_pipeline, add_record
from teamadmin.testing.undo import press_undo, undo_form
from workspace.models import Dataset, Destination, Pipeline, Source
from workspace.services import archive_record, restore_record

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A-3", "U-22")]
HTMX = {"HX-Request": "true"}
PLACES = {Dataset: "datasets", Source: "integrations/sources", Destination: "integrations/destinations"}


def archive(client, record, **options):
    place = PLACES.get(type(record), "integrations/pipelines")
    return client.post(f"/o/acme/{place}/{record.pk}/archive/?view=q%3Dx", follow=True, **options)


def is_archived(record) -> bool:
    return type(record).objects.get(pk=record.pk).archived_at is not None


@pytest.mark.parametrize("model", PLACES)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_archiving_can_be_undone_and_the_same_list_is_shown(cast, model, headers):
    record, client = add_record(model, cast.acme, "Orders"), cast.client("olga")
    page = archive(client, record, headers=headers)
    assert "Orders was archived. Undo" in text_of(page) and is_archived(record)
    page = press_undo(client, page, headers=headers)
    assert "Undone. Orders was restored." in text_of(page) and not is_archived(record)
    if headers:
        assert page["HX-Trigger"] == "records-changed"
    else:
        assert page.redirect_chain[-1][0].endswith("?q=x")
    assert "This was already undone." in text_of(press_undo(client, archive_page(client, record)))
    assert Entry.objects.filter(action__endswith=".restored").count() == 2


def archive_page(client, record):
    """Archive the record, undo it, and return the page with the used Undo."""
    page = archive(client, record)
    press_undo(client, page)
    return page


def test_a_second_press_of_archive_only_says_that_it_is_archived(cast):
    record, client = add_record(Dataset, cast.acme, "Orders"), cast.client("olga")
    page = archive(client, record)
    again = archive(client, record)
    assert "Orders is already archived." in text_of(again) and "data-undo" not in again.content.decode()
    assert Entry.objects.filter(action="dataset.archived").count() == 1
    press_undo(client, page)
    assert not is_archived(record)


def test_undo_follows_the_rules_of_restoring(cast):
    pipeline, client = add_pipeline(cast.acme, "Nightly"), cast.client("olga")
    page = archive(client, pipeline)
    archive_record(actor=cast.olga, record=pipeline.source)
    text = text_of(press_undo(client, page))
    assert f"This wasn’t undone. Restore {pipeline.source.name} first." in text
    restore_record(actor=cast.olga, record=pipeline.source)
    restore_record(actor=cast.olga, record=pipeline)
    archive_record(actor=cast.olga, record=Pipeline.objects.get())
    assert "This wasn’t undone. Someone archived Nightly again." in text_of(press_undo(client, page))
    assert is_archived(pipeline)


def test_no_one_else_can_use_it(cast):
    record = add_record(Dataset, cast.acme, "Orders")
    target, fields = undo_form(archive(cast.client("olga"), record))
    assert "It’s too late to undo this." in text_of(cast.client("max").post(target, fields, follow=True))
    assert cast.client("bo").post(target, fields).status_code == 403
    assert cast.client("tess").post(target, fields).status_code == 404
    assert cast.client("olga").get(target).status_code == 405
    assert is_archived(record)

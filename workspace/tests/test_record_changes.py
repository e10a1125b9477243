"""Creating, editing, archiving and restoring records (A-3)."""

import json

import pytest
from django.core.exceptions import ValidationError

from audit.descriptions import DESCRIPTIONS
from audit.models import Entry
from base.policies import Refused
from organizations.models import Membership, Status
from organizations.permissions import Permission
from teamadmin.testing.cast import add_member, add_role, add_user
from teamadmin.testing.parallel import on_postgresql, run_in_parallel
from teamadmin.testing.records import add_pipeline, add_record
from workspace.models import Dataset, Destination, Pipeline, Source
from workspace.services import (
    ConnectionValues,
    RecordValues,
    archive_record,
    create_record,
    edit_record,
    restore_record,
    snapshot,
)
from workspace.tests.pages import page

DATASETS, SOURCES = "/o/acme/datasets/", "/o/acme/integrations/sources/"
PIPELINES = "/o/acme/integrations/pipelines/"
SECRET = "s3cr3t-Z9-pa55word"
HTMX = {"HX-Request": "true"}


def fields(record=None, **changes):
    """Return the form's fields, as its page would submit them."""
    values = {"name": "Orders", "description": "", "state": "active", "project": "", "owner": "", "secret": ""}
    if record is not None:
        values |= {"name": record.name, "state": record.state, "seen": json.dumps(snapshot(record))}
        values |= {name: getattr(record, name) for name in ("kind", "address", "username") if hasattr(record, name)}
    return values | changes


def source(cast, **values):
    values = {"name": "Shop", "kind": "mysql", "address": "db.acme.example", "username": "r", "secret": SECRET} | values
    return create_record(actor=cast.olga, organization=cast.acme, model=Source, values=ConnectionValues(**values))


def actions():
    return list(Entry.objects.order_by("at", "id").values_list("action", flat=True))


@pytest.mark.spec("A-3", "R-4")
def test_a_manager_adds_edits_archives_and_restores_a_dataset(cast):
    client = cast.client("max")
    project, owner = str(cast.projects["ledger"].pk), str(cast.bo.pk)
    assert client.post(f"{DATASETS}new/", fields(project=project, owner=owner))["Location"] == DATASETS
    dataset = Dataset.objects.get()
    assert (dataset.project, dataset.owner, dataset.state) == (cast.projects["ledger"], cast.bo, "active")
    url = f"{DATASETS}{dataset.pk}/"
    client.post(url, fields(dataset, name="Order lines", owner=owner, project=project, state="draft"))
    dataset.refresh_from_db()
    assert (dataset.name, dataset.state) == ("Order lines", "draft") and dataset.changed_at > dataset.created_at
    assert client.post(f"{url}archive/")["Location"] == DATASETS
    assert "Order lines" not in page(cast, "max", DATASETS)
    assert client.post(url, fields(dataset)).status_code == 403
    client.post(f"{url}restoration/")
    assert "Order lines" in page(cast, "max", DATASETS)
    assert actions() == ["dataset.created", "dataset.edited", "dataset.archived", "dataset.restored"]
    edited = Entry.objects.get(action="dataset.edited")
    assert edited.data == {"fields": ["name", "state"], "from": "Orders", "to": "Order lines"}


def test_every_action_has_a_description():
    verbs = ("created", "edited", "archived", "restored")
    wanted = {f"{kind}.{verb}" for kind in ("dataset", "source", "destination", "pipeline") for verb in verbs}
    assert wanted <= set(DESCRIPTIONS)


def test_saving_without_a_change_writes_nothing(cast):
    dataset = add_record(Dataset, cast.acme, "Orders")
    assert cast.client("olga").post(f"{DATASETS}{dataset.pk}/", fields(dataset)).status_code == 302
    assert actions() == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Enter a name."),
        ({"name": "x" * 101}, "Use at most 100 characters."),
        ({"name": "orders  2"}, "A dataset named “orders  2” already exists."),
        ({"name": "a\x00b"}, "Remove the hidden character U+0000 after “a”."),
        ({"state": "paused"}, "Select a valid choice"),
        ({"owner": "nobody"}, "No active member has this email address."),
        ({"owner": "01a2229e-ff3a-7135-af42-7c6b487ecbda"}, "No active member has this email address."),
        ({"project": "01a2229e-ff3a-7135-af42-7c6b487ecbda"}, "You can’t access a project with this name."),
    ],
)
def test_bad_input_gets_422_and_nothing_typed_is_lost(cast, changes, message):
    add_record(Dataset, cast.acme, "Orders 2")
    response = cast.client("olga").post(f"{DATASETS}new/", fields(description="Kept", **changes))
    html = response.content.decode()
    assert response.status_code == 422 and message in html and 'value="Kept"' in html
    assert Dataset.objects.count() == 1


@pytest.mark.spec("A-5")
def test_rows_of_another_organization_cannot_be_chosen(cast):
    foreign = add_record(Source, cast.globex, "Theirs")
    destination = add_record(Destination, cast.acme, "Ours")
    chosen = {"owner": str(cast.tess.pk), "project": str(cast.globex_project.pk)}
    client = cast.client("olga")
    assert client.post(f"{DATASETS}new/", fields(**chosen)).status_code == 422
    joined = {"source": str(foreign.pk), "destination": str(destination.pk)}
    assert client.post(f"{PIPELINES}new/", fields(**joined)).status_code == 422
    with pytest.raises(ValidationError):
        create_record(actor=cast.olga, organization=cast.acme, model=Dataset, values=RecordValues("A", owner=cast.tess))
    with pytest.raises(Refused):
        values = RecordValues("A", project=cast.globex_project)
        create_record(actor=cast.olga, organization=cast.acme, model=Dataset, values=values)
    with pytest.raises(Refused):
        create_record(actor=cast.tess, organization=cast.acme, model=Dataset, values=RecordValues("A"))
    with pytest.raises(Source.DoesNotExist):
        archive_record(actor=cast.olga, record=foreign)


@pytest.mark.spec("A-3")
def test_a_stale_form_gets_409_and_says_what_the_other_changed(cast):
    shop = source(cast)
    stale = fields(shop, description="Mine")
    values = ConnectionValues("Shop 2", kind="mysql", address="db.acme.example", username="r", secret="other-secret")
    edit_record(actor=cast.olga, record=shop, values=values)
    client, url = cast.client("olga"), f"{SOURCES}{shop.pk}/"
    response = client.post(url, stale)
    html = response.content.decode()
    assert response.status_code == 409 and "Name is now “Shop 2”." in html and "The password was replaced." in html
    assert 'value="Mine"' in html and "other-secret" not in html
    shop.refresh_from_db()
    assert shop.name == "Shop 2"
    assert client.post(url, stale | {"seen": json.dumps(snapshot(shop))}).status_code == 302
    shop.refresh_from_db()
    assert (shop.name, shop.description) == ("Shop", "Mine")


@pytest.mark.parametrize("seen", ["", "[]", "{", '{"name": 3, "secret": "x"}'])
def test_a_form_without_a_readable_snapshot_is_stale(cast, seen):
    dataset = add_record(Dataset, cast.acme, "Orders")
    response = cast.client("olga").post(f"{DATASETS}{dataset.pk}/", fields(dataset, name="B", seen=seen))
    assert response.status_code == 409


@pytest.mark.spec("A-3")
def test_a_secret_is_encrypted_and_never_shown_again(cast):
    client = cast.client("olga")
    data = fields(name="Shop", kind="mysql", address="db.acme.example", secret=SECRET)
    answers = [client.post(f"{SOURCES}new/", data | {"name": ""}), client.post(f"{SOURCES}new/", data)]
    shop = Source.objects.get()
    assert shop.secret == SECRET and shop.secret_changed_by == "Olga Ivanova"
    url = f"{SOURCES}{shop.pk}/"
    answers += [client.get(url), client.get("/o/acme/integrations/"), client.get("/o/acme/workspace/")]
    answers += [client.post(url, fields(shop, name="", secret=SECRET))]
    assert all(SECRET not in response.content.decode() for response in answers)
    assert "Saved. Enter a new one to replace it." in answers[2].content.decode()
    raw = Source.objects.extra(select={"raw": "secret"}).values_list("raw", flat=True).get()
    assert SECRET not in raw and raw.startswith("gAAAA")
    assert SECRET not in str([(entry.data, entry.target_label) for entry in Entry.objects.all()])
    assert SECRET not in repr(ConnectionValues("A", secret=SECRET))


@pytest.mark.spec("A-3")
def test_a_blank_secret_keeps_the_saved_one(cast):
    shop = source(cast)
    url, client = f"{SOURCES}{shop.pk}/", cast.client("olga")
    assert client.post(url, fields(shop, description="New")).status_code == 302
    shop.refresh_from_db()
    assert shop.secret == SECRET
    client.post(url, fields(shop, description="New", secret="another-one"))
    shop.refresh_from_db()
    assert shop.secret == "another-one"
    assert Entry.objects.filter(action="source.edited").latest("at").data == {"fields": ["password"]}


def test_a_secret_that_was_not_kept_during_a_confirmed_sign_in_is_asked_for_again(cast):
    data = fields(kind="mysql")
    del data["secret"]
    response = cast.client("olga").post(f"{SOURCES}new/", data)
    assert response.status_code == 422 and "We didn’t keep it" in response.content.decode()


@pytest.mark.parametrize("moved", [{"address": "evil.example"}, {"username": "root"}, {"kind": "http"}])
def test_a_saved_secret_does_not_follow_to_another_address(cast, moved):
    shop = source(cast)
    response = cast.client("olga").post(f"{SOURCES}{shop.pk}/", fields(shop, **moved))
    assert response.status_code == 422 and "Enter the password again" in response.content.decode()


@pytest.mark.parametrize("address", ["postgres://me:hush@db.acme.example/x", "http://[::1"])
def test_an_address_contains_no_password(cast, address):
    response = cast.client("olga").post(f"{SOURCES}new/", fields(kind="http", address=address))
    assert (response.status_code == 422) == ("hush" in address)
    assert response.status_code == 302 or "Leave the password out of the address." in response.content.decode()


@pytest.mark.spec("A-3")
def test_a_source_in_use_cannot_be_archived(cast):
    pipeline = add_pipeline(cast.acme, "Nightly")
    shop, warehouse = pipeline.source, pipeline.destination
    html = page(cast, "olga", f"{SOURCES}{shop.pk}/")
    assert "first archive the pipelines that use it: Nightly." in html and "Pipeline, active" in html
    for record in (shop, warehouse):
        with pytest.raises(Refused, match="pipelines that use it: Nightly"):
            archive_record(actor=cast.olga, record=record)
    archive_record(actor=cast.olga, record=pipeline)
    archive_record(actor=cast.olga, record=shop)
    with pytest.raises(Refused, match="Restore Source of Nightly first"):
        restore_record(actor=cast.olga, record=pipeline)
    client = cast.client("olga")
    assert str(shop.pk) not in client.get(f"{PIPELINES}new/").content.decode()
    joined = {"source": str(shop.pk), "destination": str(warehouse.pk)}
    assert client.post(f"{PIPELINES}new/", fields(**joined)).status_code == 422
    restore_record(actor=cast.olga, record=shop)
    restore_record(actor=cast.olga, record=pipeline)
    assert client.post(f"{PIPELINES}new/", fields(name="Second", **joined)).status_code == 302


@pytest.mark.spec("A-3")
def test_a_pipeline_needs_a_source_and_a_destination(cast):
    response = cast.client("olga").post(f"{PIPELINES}new/", fields())
    html = response.content.decode()
    assert response.status_code == 422 and "Choose a source." in html and "Choose a destination." in html


def without_people(cast):
    role = add_role(cast.acme, "Data", Permission.DATASETS_MANAGE, Permission.DATASETS_VIEW)
    return add_member(cast.acme, add_user("d@acme.example", "Dana", "D"), role)


@pytest.mark.spec("R-2")
def test_members_who_cannot_see_people_choose_themselves_or_no_one(cast):
    dana = without_people(cast)
    dataset = add_record(Dataset, cast.acme, "Orders", owner=cast.max)
    client = cast.client()
    client.force_login(dana.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    html = client.get(f"{DATASETS}{dataset.pk}/").content.decode()
    assert "Max Keller" in html and "Dana D" in html and "Bo Lindqvist" not in html
    url = f"{DATASETS}{dataset.pk}/"
    assert client.post(url, fields(dataset, owner=str(cast.bo.pk))).status_code == 422
    assert client.post(url, fields(dataset, owner=str(cast.max.pk), description="x")).status_code == 302
    with pytest.raises(Refused):
        create_record(actor=dana, organization=cast.acme, model=Dataset, values=RecordValues("B", owner=cast.bo))


def test_with_very_many_members_people_type_an_address(cast, monkeypatch):
    monkeypatch.setattr("workspace.records.fields.MAX_OPTIONS", 1)
    html = page(cast, "olga", f"{DATASETS}new/")
    assert "Type the email address of a member." in html and "Type the project’s name." in html
    data = fields(owner="BO@acme.example", project="ledger")
    assert cast.client("olga").post(f"{DATASETS}new/", data).status_code == 302
    dataset = Dataset.objects.get()
    assert (dataset.owner, dataset.project) == (cast.bo, cast.projects["ledger"])
    url = f"{DATASETS}{dataset.pk}/"
    assert 'value="Bo Lindqvist"' in page(cast, "olga", url)
    kept = fields(dataset, owner="Bo Lindqvist", project="Ledger", description="x")
    assert cast.client("olga").post(url, kept).status_code == 302
    assert cast.client("olga").post(f"{DATASETS}new/", fields(owner="x@y.example")).status_code == 422


def test_an_owner_who_was_deactivated_meanwhile_is_refused_but_kept_where_they_are(cast):
    dataset = add_record(Dataset, cast.acme, "Orders", owner=cast.bo)
    Membership.objects.filter(pk=cast.bo.pk).update(status=Status.DEACTIVATED)
    client, chosen = cast.client("olga"), {"owner": str(cast.bo.pk)}
    assert client.post(f"{DATASETS}{dataset.pk}/", fields(dataset, description="x", **chosen)).status_code == 302
    assert client.post(f"{DATASETS}new/", fields(name="B", **chosen)).status_code == 422


def test_htmx_closes_the_drawer_and_reloads_the_list(cast):
    response = cast.client("olga").post(f"{DATASETS}new/", fields(), headers=HTMX)
    assert response["HX-Trigger"] == "records-changed" and "Orders was added." in response.content.decode()


def test_two_double_clicks_make_one_record(live_cast):
    results = run_in_parallel(
        4 if on_postgresql() else 1, lambda number: live_cast.client("olga").post(f"{DATASETS}new/", fields())
    )
    assert sorted(response.status_code for response in results)[0] == 302
    assert Dataset.objects.count() == 1 and Entry.objects.filter(action="dataset.created").count() == 1


@pytest.mark.skipif(not on_postgresql(), reason="SQLite has a single writer")
def test_a_pipeline_and_the_archiving_of_its_source_do_not_both_win(live_cast):
    shop = add_record(Source, live_cast.acme, "Shop")
    warehouse = add_record(Destination, live_cast.acme, "Warehouse")
    joined = {"source": str(shop.pk), "destination": str(warehouse.pk)}

    def press(number):
        client = live_cast.client("olga")
        return client.post(f"{SOURCES}{shop.pk}/archive/" if number else f"{PIPELINES}new/", fields(**joined))

    run_in_parallel(2, press)
    shop.refresh_from_db()
    assert Pipeline.objects.count() == (0 if shop.archived_at else 1)

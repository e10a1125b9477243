"""Names are folded again after an upgrade, while the previous release writes in its own way (U-6)."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from organizations import refolding
from organizations.models import Group, Membership, Project
from organizations.models.members import search_columns
from workspace.models import Dataset

pytestmark = [pytest.mark.django_db, pytest.mark.spec("U-6")]


def refold() -> dict[str, int]:
    """Run the command, and return how many rows of each kind it changed."""
    output = StringIO()
    call_command("refold_names", stdout=output)
    counts = (line.removesuffix(" changed").split(": ") for line in output.getvalue().splitlines())
    return {name: int(count) for name, count in counts}


def written_by_the_previous_release(cast) -> None:
    """It folded "Łukasz O’Brien" as below, and doesn't know the sort_name of groups, projects and records."""
    Membership.objects.filter(pk=cast.bo.pk).update(
        first_name="Łukasz", last_name="O’Brien", sort_name="łukasz o’brien", search_text=" łukasz o’brien b b"
    )
    Group.objects.update(sort_name="")
    Project.objects.update(sort_name="")
    Dataset.objects.create(organization=cast.acme, name="Æ-1")
    Dataset.objects.update(sort_name="")


def test_the_command_folds_what_the_previous_release_wrote(cast):
    written_by_the_previous_release(cast)
    expected = {"memberships": 1, "groups": 3, "projects": 4, "datasets": 1}
    assert {name: count for name, count in refold().items() if count} == expected
    cast.bo.refresh_from_db()
    assert (cast.bo.sort_name, cast.bo.search_text) == (
        "lukasz obrien",
        " lukasz obrien bo@acme.example bo@acme.example",
    )
    assert Dataset.objects.get().sort_name == "ae 1"
    assert Group.objects.get(pk=cast.groups["marketing"].pk).sort_name == "marketing"
    assert not any(refold().values())


def test_a_row_that_is_renamed_meanwhile_is_left_alone(cast, monkeypatch):
    written_by_the_previous_release(cast)

    def rename_first(*names):
        Membership.objects.filter(pk=cast.bo.pk).update(first_name="Zoë", sort_name="zoe o’brien")
        return search_columns(*names)

    monkeypatch.setattr(refolding, "search_columns", rename_first)
    assert refolding.refold_members(Membership) == 0
    cast.bo.refresh_from_db()
    assert (cast.bo.first_name, cast.bo.sort_name) == ("Zoë", "zoe o’brien")


def test_batches_reach_every_row(cast, monkeypatch):
    monkeypatch.setattr("base.refolding.BATCH_SIZE", 2)
    Membership.objects.update(sort_name=F("email"))
    assert refolding.refold_members(Membership) == Membership.objects.count() > 4
    assert not Membership.objects.filter(sort_name=F("email")).exists()


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.parametrize("table", ["organizations_group", "organizations_project", "workspace_dataset"])
def test_names_are_sorted_by_code_points(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT collation_name FROM information_schema.columns WHERE table_name = %s AND column_name = 'sort_name'",
            [table],
        )
        assert cursor.fetchone() == ("C",)

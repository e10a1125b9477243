"""What every view of the Users page asks of PostgreSQL, at three sizes: queries and shared buffers (PERFORMANCE, U-6).

Where rows are read in the order of an index it is the same at every size. Where something is looked for, what is read
depends on how much there is of it; the bounds below hold the worst of each kind.
"""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone

from console.tests.people import PENDING, USERS
from console.users.params import UserListParams
from console.users.queries import LONG_WALK, WALK
from organizations.models import Membership, Status
from organizations.roles import BUILT_IN
from teamadmin.testing.buffers import plan_of, reads, settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.skipif("connection.vendor != 'postgresql'")]
# Queries and buffers of a view in the order of an index, and queries of one that searches or filters.
QUERIES, BUFFERS, SEARCH_QUERIES = 8, 400, 11
ROLE = {role.key: role.id for role in BUILT_IN if role.scheme == "ranked"}
# Members with names in an order unlike that of their ids: each stands on a page of the table of its own. Groups have
# ids in the order in which they were made, as ours do.
CROWD = """
DROP TABLE IF EXISTS crowd;
CREATE TEMPORARY TABLE crowd AS
SELECT gen_random_uuid() AS id, gen_random_uuid() AS person, n, 'person ' || md5(n::text) AS name,
       (ARRAY['active', 'active', 'active', 'deactivated', 'invited'])[1 + n % 5] AS status
FROM generate_series(1, {size}) AS n;
INSERT INTO accounts_user (id, password, is_superuser, email, first_name, last_name, theme, is_active, is_staff,
                           date_joined, sessions_version)
SELECT person, '!', false, 'p' || n || '@acme.example', 'P', name, 'system', true, false, now(), 0 FROM crowd
WHERE status <> 'invited';
INSERT INTO organizations_membership (id, organization_id, user_id, first_name, last_name, email, email_key, sort_name,
    search_text, status, managed_by, two_factor, role_order, invite_expires_at, joined_at, last_active_at, created_at,
    columns, pending_columns)
SELECT id, '{acme}', CASE WHEN status <> 'invited' THEN person END, 'Person', name, 'p' || n || '@acme.example',
    'p' || n || '@acme.example', name, ' ' || name || ' p' || n || '@acme.example', status,
    CASE WHEN n % 10 = 0 THEN 'scim' ELSE 'manual' END, n % 3 = 0, 30, now() + (n % 4000 - 1000) * interval '10 minute',
    now() - n * interval '1 minute', now() - n * interval '7 second', now(), '', ''
FROM crowd;
INSERT INTO organizations_membershiprole (organization_id, membership_id, role_id)
SELECT '{acme}', id, CASE WHEN n % 50 = 0 THEN '{manager}'::uuid ELSE '{builder}'::uuid END FROM crowd;
INSERT INTO organizations_group (id, organization_id, name, name_key, description, managed_by, created_at)
SELECT ('01a00000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{acme}', 'Group ' || n, 'group ' || n, '',
    'manual', now() FROM generate_series(1, {groups}) AS n;
INSERT INTO organizations_groupmembership (organization_id, group_id, membership_id)
SELECT '{acme}', found.id, crowd.id FROM crowd JOIN organizations_group AS found
ON found.name IN ('Group ' || 1 + n % {groups}, 'Group ' || 1 + (n * 7) % {groups}) WHERE n % 4 > 0;
INSERT INTO organizations_projectgrant (organization_id, project_id, group_id)
SELECT '{acme}', '{project}', id FROM organizations_group WHERE organization_id = '{acme}' AND name LIKE 'Group %';
INSERT INTO organizations_projectgrant (organization_id, project_id, membership_id)
SELECT '{acme}', '{other}', id FROM crowd WHERE n % 3 = 0;
"""


def fill(cast, size: int) -> None:
    values = {"acme": cast.acme.pk, "size": size, "groups": max(size // 100, 3), **ROLE}
    values |= {"project": cast.projects["atlas"].pk, "other": cast.projects["ledger"].pk}
    with connection.cursor() as cursor:
        cursor.execute(CROWD.format(**values))
    settle()


def deep(cast) -> str:
    members = Membership.objects.filter(organization=cast.acme, status=Status.ACTIVE).order_by("sort_name", "id")
    member = members[members.count() * 8 // 10]
    return UserListParams().page_at(cast.acme.pk, (member.sort_name, member.pk), backwards=False).query()


def costs(cast, views: dict[str, int]) -> dict[str, tuple[int, int, str]]:
    """Queries, buffers and what they were, of each view that takes more than it may."""
    client, wrong = cast.client("olga"), {}
    client.get(USERS)
    for address, most in views.items():
        with reads() as found:
            assert client.get(address).status_code == 200
        queries = QUERIES if most == BUFFERS and "q=" not in address else SEARCH_QUERIES
        if len(found.queries) > queries or found.buffers > most:
            wrong[address] = (len(found.queries), found.buffers, str(found))
    return wrong


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("size", [60, 3_000, 30_000])
def test_every_view_asks_and_reads_little(live_cast, size):
    fill(live_cast, size)
    cast, group = live_cast, live_cast.acme.groups.get(name="Group 2")
    ordered = [
        "", deep(cast), "?sort=-name", "?sort=role", "?sort=-role", "?sort=last_active", "?sort=-last_active",
        "?sort=joined", "?sort=-joined", "?status=active", "?status=deactivated", "?status=everyone", "?status=pending",
        "pending/", "pending/?sort=-invite_expires", "pending/?sort=name", "pending/?status=expired",
        "?columns=role,groups,projects,invited_by,sent,status,two_factor,last_active,managed_by,invite_expires,joined",
        "?q=pers", "?q=person+acme", "?q=pers&status=everyone&sort=-name",  # what names begin with stands together
    ]  # fmt: skip
    views = {USERS + view: BUFFERS for view in ordered}
    # A walk of 1,000 rows finds what one in twenty has, or the trigram index all that there are; in between both are
    # needed, and one letter is no trigram.
    walk = BUFFERS + 1_100
    views |= {f"{USERS}?q={word}": walk for word in ("nobody+there", "person+zz", "a3f9", "acme+example")}
    views |= {f"{USERS}?q={word}": walk + 2_000 for word in ("p17", "e")}
    views |= {
        f"{USERS}?two_factor=on": walk,
        f"{USERS}?two_factor=off&q=person": walk,
        f"{USERS}?managed_by=scim": walk,
    }
    # Where each row has to be looked up to know, or each of those that there are.
    views |= {f"{USERS}?{query}": walk + 2_000 for query in (
        f"role={ROLE['builder']}", f"role={ROLE['manager']}",
        f"group={group.pk}", f"group={group.pk}&status=deactivated",
        f"project={cast.projects['ledger'].pk}", f"group={group.pk}&q=person&sort=-joined",
    )}  # fmt: skip
    assert costs(cast, views) == {}


# Organizations of a usual size, beside which acme's is not: a plan for all of them is not made for it.
OTHERS = """
DROP TABLE IF EXISTS others;
CREATE TEMPORARY TABLE others AS
SELECT gen_random_uuid() AS id, n FROM generate_series(1, {number}) AS n;
INSERT INTO organizations_organization (id, name, slug, scheme, logo, sso_enforced, deactivate_shared,
                                        allowed_email_domains, created_at)
SELECT id, 'Other ' || n, 'other-' || n, 'ranked', '', false, false, '{{}}', now() FROM others;
INSERT INTO organizations_membership (id, organization_id, first_name, last_name, email, email_key, sort_name,
    search_text, status, managed_by, two_factor, role_order, invite_expires_at, joined_at, last_active_at, created_at,
    columns, pending_columns)
SELECT gen_random_uuid(), others.id, 'Some', name, name || '@o.example', name || '@o.example', 'some ' || name,
    ' some ' || name, 'invited', 'manual', false, 30, now() + interval '9 day', '1970-01-01Z', '1970-01-01Z', now(), '',
    ''
FROM others, LATERAL (SELECT md5(others.n || '-' || m) AS name FROM generate_series(1, {members}) AS m) AS named;
"""


def steps_of(plan: dict) -> Iterator[dict]:
    yield plan
    for part in plan.get("Plans", []):
        yield from steps_of(part)


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(("number", "members"), [(0, 0), (150, 200), (30, 1_000), (3_000, 10)])
def test_a_page_is_read_in_the_order_of_an_index(live_cast, plan, number, members):
    """Nothing sorted but what is shown, and no more rows read than a walk has; by the plan that is kept as well, which
    is made for organizations of a usual size, whatever that is."""
    cast, asked = live_cast, []
    with connection.cursor() as cursor:
        cursor.execute(OTHERS.format(number=number, members=members))
    fill(cast, 20_000)
    group, far = cast.acme.groups.get(name="Group 2"), deep(cast)

    def note(execute, query, params, many, context):
        # What is rare is gathered and sorted: that query has an order that is no index's.
        if "WITH member" in query or ("ORDER BY" in query and "ORDER BY COALESCE" not in query):
            asked.append((query, params))
        return execute(query, params, many, context)

    client = cast.client("olga")
    listening = connection.execute_wrapper(note)
    listening.__enter__()
    for view in ("", "?sort=-name", "?sort=role", "?sort=-last_active", "?sort=joined", "?status=everyone", far):
        client.get(USERS + view)
    searches = ("?q=person", "?q=person+zz", "?q=zz", "?q=p17", "?q=p17&sort=joined", "?two_factor=on", "?q=a3f9")
    for view in (*searches, "?status=pending", f"?group={group.pk}", f"?group={group.pk}&q=person&sort=role"):
        client.get(USERS + view)
    for view in ("", "?sort=-name", "?status=expired"):
        client.get(PENDING + view)
    listening.__exit__(None, None, None)
    assert len(asked) >= 36
    with connection.cursor() as cursor:
        cursor.execute(f"SET plan_cache_mode = {plan}")
    for query, params in asked:
        most = LONG_WALK if LONG_WALK in params else WALK
        for step in steps_of(plan_of(query, params, prepared=True)):
            met = step["Actual Rows"] + step.get("Rows Removed by Filter", 0)
            assert met * step["Actual Loops"] <= most + 200, (query, step)
            assert step["Node Type"] != "Sort" or step["Actual Rows"] <= 400, (query, step)
    connection.close()


@pytest.mark.spec("U-6")
def test_nothing_is_written_by_looking(live_cast):
    cast = live_cast
    Membership.objects.filter(pk=cast.olga.pk).update(last_active_at=timezone.now())
    client = cast.client("olga")
    with reads() as found:
        client.get(USERS)
    assert [query for query, _ in found.queries if query.lstrip().upper().startswith(("UPDATE", "INSERT"))] == []

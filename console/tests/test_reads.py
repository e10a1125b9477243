"""The queries and shared buffers of every view of the Users page, at three sizes (PERFORMANCE, U-6).

Views that read rows in the order of an index cost the same at every size. The cost of a search or filter depends on
the number of matches; the bounds below cover the worst case of each kind.
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
# Queries and buffers of a view in the order of an index, and queries of a view with a search or filter.
QUERIES, BUFFERS, SEARCH_QUERIES = 8, 400, 11
# The invitations of a page of pending members: three buffers each.
INVITATIONS = 150
ROLE = {role.key: role.id for role in BUILT_IN if role.scheme == "ranked"}
# The order of the members' names differs from that of their ids, so that neighbours in the list are on different pages
# of the table. Groups have ids in the order of their creation, as in production. All ids are the same in each run,
# because random ones split the pages of indexes differently, and views would read a few buffers more or less.
CROWD = """
DROP TABLE IF EXISTS crowd;
CREATE TEMPORARY TABLE crowd AS
SELECT md5('member ' || n)::uuid AS id, md5('user ' || n)::uuid AS person, n, 'person ' || md5(n::text) AS name,
       (ARRAY['active', 'active', 'active', 'deactivated', 'invited'])[1 + n % 5] AS status
FROM generate_series(1, {size}) AS n;
INSERT INTO accounts_user (id, password, is_superuser, email, first_name, last_name, theme, is_active, is_staff,
                           date_joined, sessions_version, avatar, pending_email, passkey_declined)
SELECT person, '!', false, 'p' || n || '@acme.example', 'P', name, 'system', true, false, now(), 0, '', '', false
FROM crowd
WHERE status <> 'invited';
INSERT INTO organizations_membership (id, organization_id, user_id, first_name, last_name, email, email_key, sort_name,
    search_text, status, managed_by, two_factor, role_order, invite_expires_at, joined_at, last_active_at, created_at,
    columns, pending_columns, two_factor_method, two_factor_reminded_at, sessions_ended_at, invite_sent_at,
    invite_delivery)
SELECT id, '{acme}', CASE WHEN status <> 'invited' THEN person END, 'Person', name, 'p' || n || '@acme.example',
    'p' || n || '@acme.example', name, ' ' || name || ' p' || n || '@acme.example', status,
    CASE WHEN n % 10 = 0 THEN 'scim' ELSE 'manual' END, n % 3 = 0, 30, now() + (n % 4000 - 1000) * interval '10 minute',
    now() - n * interval '1 minute',
    now() - n * interval '7 second' - CASE WHEN n % 400 = 1 THEN interval '95 day' ELSE interval '0 day' END, now(),
    '', '', CASE WHEN n % 3 > 0 THEN '' WHEN n % 600 = 0 THEN 'both' WHEN n % 2 = 0 THEN 'passkey' ELSE 'app' END,
    CASE WHEN n % 7 = 0 THEN now() - interval '2 day' ELSE '1970-01-01Z' END, '1970-01-01Z',
    now() - n * interval '1 minute', CASE WHEN n % 400 = 4 THEN 1 WHEN n % 30 = 4 THEN 4 ELSE 5 END
FROM crowd;
INSERT INTO invitations_batch (id, organization_id, created_by_id, version, people, role_ids, group_ids, project_ids,
    reason, welcome_page, inviter_name, created_at, updated_at, sent_at)
VALUES ('{acme}', '{acme}', '{olga}', 1, '[]', '[]', '[]', '[]', '', 'homepage', 'Olga', now(), now(), now());
INSERT INTO invitations_invitation (id, organization_id, batch_id, membership_id, version, sends, created_at,
    new_link_asked_at)
SELECT id, '{acme}', '{acme}', id, 1, 1, now(), CASE WHEN n % 500 = 4 THEN now() END
FROM crowd WHERE status = 'invited';
INSERT INTO invitations_invitationemail (invitation_id, number, email, sent_by, created_at, delivery, delivery_at,
    reason, answer)
SELECT id, 1, '', 'Olga', now(), 5, now(), '', '' FROM crowd WHERE status = 'invited';
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
    """Add `size` members to Acme."""
    values = {"acme": cast.acme.pk, "olga": cast.olga.pk, "size": size, "groups": max(size // 100, 3), **ROLE}
    values |= {"project": cast.projects["atlas"].pk, "other": cast.projects["ledger"].pk}
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(CROWD.format(**values))
        cursor.execute("RESET statement_timeout")
    settle()


def deep_page(cast) -> str:
    """Return the query of a page four fifths down the list."""
    members = Membership.objects.filter(organization=cast.acme, status=Status.ACTIVE).order_by("sort_name", "id")
    member = members[members.count() * 8 // 10]
    return UserListParams().page_at(cast.acme.pk, (member.sort_name, member.pk), backwards=False).query()


def over_budget(cast, views: dict[str, int]) -> dict[str, tuple[int, int, str]]:
    """Return the queries, buffers and a report of each view that exceeds its bound. `views`: buffers by URL."""
    client, exceeded = cast.client("olga"), {}
    client.get(USERS)
    for address, max_buffers in views.items():
        with reads() as log:
            assert client.get(address).status_code == 200
        max_queries = QUERIES if max_buffers <= BUFFERS + INVITATIONS and "q=" not in address else SEARCH_QUERIES
        if len(log.queries) > max_queries or log.buffers > max_buffers:
            exceeded[address] = (len(log.queries), log.buffers, str(log))
    return exceeded


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("size", [60, 3_000, 30_000])
def test_every_view_takes_few_queries_and_buffers(live_cast, size):
    fill(live_cast, size)
    cast, group = live_cast, live_cast.acme.groups.get(name="Group 2")
    other = live_cast.acme.groups.get(name="Group 1")
    ordered = [
        "", deep_page(cast), "?sort=-name", "?sort=role", "?sort=-role", "?sort=last_active", "?sort=-last_active",
        "?sort=joined", "?sort=-joined", "?status=active", "?status=deactivated", "?status=everyone", "?status=pending",
        "pending/", "pending/?sort=-invite_expires", "pending/?sort=name", "pending/?status=expired",
        "pending/?sort=sent", "pending/?sort=-delivery",
        "?columns=role,groups,projects,invited_by,sent,status,two_factor,last_active,managed_by,invite_expires,joined",
        "?q=pers", "?q=person+acme", "?q=pers&status=everyone&sort=-name",  # names with the same prefix are adjacent
    ]  # fmt: skip
    views = {USERS + view: BUFFERS + INVITATIONS * ("pending" in view) for view in ordered}
    # A walk of 1,000 rows finds words that 1 row in 20 has; the trigram index finds rare ones. Words in between need
    # both, and a single letter has no trigram.
    walk = BUFFERS + 1_100
    views |= {f"{USERS}?q={word}": walk for word in ("nobody+there", "person+zz", "a3f9", "acme+example")}
    views |= {f"{USERS}?q={word}": walk + 2_000 for word in ("p17", "e")}
    views |= {
        f"{USERS}?two_factor=on": walk,
        f"{USERS}?two_factor=off&q=person": walk,
        f"{USERS}?managed_by=scim": walk,
        f"{USERS}?two_factor=app": walk,
        f"{USERS}?two_factor=both": walk,
        f"{USERS}?two_factor=app&two_factor=both": walk,
        f"{USERS}?managed_by=scim&managed_by=manual": walk,
        f"{USERS}?status=active&status=pending": walk,
        f"{USERS}?status=deactivated&status=expired&sort=-name": walk,
        f"{USERS}?last_active=30": walk,
        f"{USERS}?last_active=inactive&status=active": walk,
        f"{USERS}?last_active=inactive": walk,
        f"{PENDING}?expires=soon": walk,
        f"{PENDING}?expires=soon&sort=name": walk,
        f"{PENDING}?delivery=problem": walk,
        f"{PENDING}?delivery=delivered": walk,
        f"{PENDING}?delivery=asked": walk,
        f"{PENDING}?delivery=asked&delivery=problem&sort=delivery": walk,
    }
    # These have to look up every row that is walked, or every match.
    views |= {f"{USERS}?{query}": walk + 2_000 for query in (
        f"role={ROLE['builder']}", f"role={ROLE['manager']}",
        f"role={ROLE['builder']}&role={ROLE['manager']}", f"group={group.pk}&group={other.pk}",
        f"project={cast.projects['ledger'].pk}&project={cast.projects['atlas'].pk}",
        f"group={group.pk}", f"group={group.pk}&status=deactivated",
        f"project={cast.projects['ledger'].pk}", f"group={group.pk}&q=person&sort=-joined",
    )}  # fmt: skip
    assert over_budget(cast, views) == {}


# Organizations of typical size. Acme is much larger, so a generic plan isn't made for it.
OTHER_ORGANIZATIONS = """
DROP TABLE IF EXISTS others;
CREATE TEMPORARY TABLE others AS
SELECT md5('other ' || n)::uuid AS id, n FROM generate_series(1, {number}) AS n;
INSERT INTO organizations_organization (id, name, slug, scheme, logo, sso_enforced, deactivate_shared,
                                        allowed_email_domains, created_at, require_two_factor, idle_minutes,
                                        sign_in_again_hours, max_sessions, lockout_attempts, password_min_length,
                                        password_history, allowed_ip_ranges, sessions_ended_at)
SELECT id, 'Other ' || n, 'other-' || n, 'ranked', '', false, false, '{{}}', now(), 'no_one', 0, 0, 0, 0, 0, 0, '[]',
    '1970-01-01Z'
FROM others;
INSERT INTO organizations_membership (id, organization_id, first_name, last_name, email, email_key, sort_name,
    search_text, status, managed_by, two_factor, role_order, invite_expires_at, joined_at, last_active_at, created_at,
    columns, pending_columns, two_factor_method, two_factor_reminded_at, sessions_ended_at)
SELECT md5('member ' || name)::uuid, others.id, 'Some', name, name || '@o.example', name || '@o.example',
    'some ' || name, ' some ' || name, 'invited', 'manual', false, 30, now() + interval '9 day', '1970-01-01Z',
    '1970-01-01Z', now(), '', '', '', '1970-01-01Z', '1970-01-01Z'
FROM others, LATERAL (SELECT md5(others.n || '-' || m) AS name FROM generate_series(1, {members}) AS m) AS named;
"""


def plan_nodes(plan: dict) -> Iterator[dict]:
    """Yield all nodes of a query plan."""
    yield plan
    for child in plan.get("Plans", []):
        yield from plan_nodes(child)


@pytest.mark.spec("U-6")
@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(("number", "members"), [(0, 0), (150, 200), (30, 1_000), (3_000, 10)])
def test_pages_are_read_in_index_order(live_cast, plan, number, members):
    """Queries sort only the rows on the page and read no more rows than a walk.

    This holds for the cached generic plan too, which PostgreSQL makes for organizations of typical size, whatever that
    size is.
    """
    cast, recorded = live_cast, []
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(OTHER_ORGANIZATIONS.format(number=number, members=members))
        cursor.execute("RESET statement_timeout")
    fill(cast, 20_000)
    group, deep = cast.acme.groups.get(name="Group 2"), deep_page(cast)

    def record(execute, query, params, many, context):
        # Rare matches are gathered and then sorted; no index has the order of that query, so it isn't recorded.
        if "WITH member" in query or ("ORDER BY" in query and "ORDER BY COALESCE" not in query):
            recorded.append((query, params))
        return execute(query, params, many, context)

    client = cast.client("olga")
    recording = connection.execute_wrapper(record)
    recording.__enter__()
    for view in ("", "?sort=-name", "?sort=role", "?sort=-last_active", "?sort=joined", "?status=everyone", deep):
        client.get(USERS + view)
    searches = ("?q=person", "?q=person+zz", "?q=zz", "?q=p17", "?q=p17&sort=joined", "?two_factor=on", "?q=a3f9")
    searches += ("?two_factor=both", "?last_active=inactive", "?last_active=inactive&status=active")
    links = [f"?role={ROLE['builder']}", f"?group={group.pk}"]
    links += [f"{view}&q=person&sort=role" for view in links]
    for view in (*searches, "?status=pending", *links):
        client.get(USERS + view)
    for view in ("", "?sort=-name", "?status=expired", "?sort=sent", "?sort=-delivery"):
        client.get(PENDING + view)
    recording.__exit__(None, None, None)
    assert len(recorded) >= 40
    with connection.cursor() as cursor:
        cursor.execute(f"SET plan_cache_mode = {plan}")
    for query, params in recorded:
        max_rows = LONG_WALK if LONG_WALK in params else WALK
        for node in plan_nodes(plan_of(query, params, prepared=True)):
            rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            assert rows * node["Actual Loops"] <= max_rows + 200, (query, node)
            assert node["Node Type"] != "Sort" or node["Actual Rows"] <= 400, (query, node)
    connection.close()


@pytest.mark.spec("U-6")
def test_viewing_the_page_writes_nothing(live_cast):
    cast = live_cast
    Membership.objects.filter(pk=cast.olga.pk).update(last_active_at=timezone.now())
    client = cast.client("olga")
    with reads() as log:
        client.get(USERS)
    assert [query for query, _ in log.queries if query.lstrip().upper().startswith(("UPDATE", "INSERT"))] == []

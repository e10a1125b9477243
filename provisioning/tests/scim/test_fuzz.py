"""Random filters and PATCH operations: each gets an answer, none a server error."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = [pytest.mark.spec("C-2"), pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")]

NAMES = ["id", "userName", "externalId", "emails", "emails.value", "emails[type", "active", "name.givenName", "members"]
NAMES += [
    "meta.lastModified",
    "title",
    "password",
    "schemas",
    "x",
    "urn:ietf:params:scim:schemas:core:2.0:User:userName",
]
OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "le", "pr", "EQ", "is", ""]
VALUES = st.one_of(
    st.text(max_size=20).map(json.dumps),
    st.sampled_from(["true", "false", "null", "7", "1e5", '"a@b.example"', '"2026-01-01T00:00:00Z"', '"', "\\"]),
)
TERMS = st.tuples(st.sampled_from(NAMES), st.sampled_from(OPERATORS), VALUES).map(" ".join)
FILTERS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or ", " "]), inner).map("".join),
        inner.map(lambda text: f"not ({text})"),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"emails[{text}]"),
    ),
    max_leaves=5,
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*NAMES, "value"]), inner)),
    max_leaves=6,
)
PATHS = st.one_of(
    st.none(), st.sampled_from(NAMES), FILTERS.map(lambda text: f"emails[{text}].value"), st.text(max_size=9)
)
OPERATION = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "replace", "remove", "Add", "x"]), "value": JSON}, optional={"path": PATHS}
)
FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def test_random_filters(scim):
    scim.create_user()

    @FUZZ
    @given(FILTERS)
    def check(text):
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": text}
        for path in ("/Users/.search", "/Groups/.search"):
            assert scim.post(path, body).status_code in (200, 400), text

    check()


def test_random_operations(scim):
    paths = (f"/Users/{scim.create_user()['id']}", f"/Groups/{scim.create_group('Analysts')['id']}")

    @FUZZ
    @given(st.lists(OPERATION, min_size=1, max_size=3))
    def check(operations):
        for path in paths:
            assert scim.patch(path, *operations).status_code in (200, 204, 400, 409), (path, operations)

    check()


def test_random_resources(scim):
    @FUZZ
    @given(st.dictionaries(st.sampled_from(["userName", "name", "emails", "active", "externalId", "title"]), JSON))
    def check(body):
        resource = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], **body}
        assert scim.post("/Users", resource).status_code in (201, 400, 409), body

    check()

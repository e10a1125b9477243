"""Ids: unique, version 7, sorted by time."""

from datetime import datetime

from base.ids import uuid7


def test_ids_are_unique_version_7_uuids_sorted_by_time():
    ids = [uuid7() for _ in range(10_000)]
    assert len(set(ids)) == 10_000
    assert all((one.version, one.variant) == (7, "specified in RFC 4122") for one in ids)
    assert ids == sorted(ids), "ids of one loop are in its order, also within a millisecond"
    assert abs((ids[0].int >> 80) / 1000 - datetime.now().timestamp()) < 60

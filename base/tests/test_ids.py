"""Ids: unique, version 7, sorted by time."""

from datetime import datetime

from base.ids import uuid7


def test_ids_are_unique_version_7_uuids_sorted_by_time():
    ids = [uuid7() for _ in range(10_000)]
    assert len(set(ids)) == 10_000
    assert all((one.version, one.variant) == (7, "specified in RFC 4122") for one in ids)
    times = [one.int >> 80 for one in ids]
    assert times == sorted(times) and abs(times[0] / 1000 - datetime.now().timestamp()) < 60

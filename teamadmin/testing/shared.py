"""Rows that a module's tests share, because creating them for each test takes longer than the tests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import transaction
from pytest_django import DjangoDbBlocker

T = TypeVar("T")


@contextmanager
def shared_rows(blocker: DjangoDbBlocker, create: Callable[[], T]) -> Iterator[T]:
    """Yield what create() returns, whose rows are removed on exit. For fixtures with scope="module".

    Each test's own changes are undone after it, as always. Tests that commit (transactional_db) can't use these rows.
    Objects are not undone: give each test a copy.deepcopy() of them.
    """
    block = transaction.atomic()
    with blocker.unblock():
        block.__enter__()
    try:
        with blocker.unblock():
            created = create()
        yield created
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            block.__exit__(None, None, None)

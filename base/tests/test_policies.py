"""Decisions and the exception for a denial."""

import pytest
from django.core.exceptions import PermissionDenied

from base.policies import ALLOWED, Refused, deny, require


def test_a_denial_has_a_reason():
    assert ALLOWED and not deny("No.")
    require(ALLOWED)
    with pytest.raises(Refused, match="Because.") as refused:
        require(deny("Because."))
    assert isinstance(refused.value, PermissionDenied)

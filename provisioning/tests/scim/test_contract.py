"""The contract of scim2-server's storages. It skips filters and sorts that this server refuses (filters.py)."""

import pytest
from scim2_server.testing import ScimStorageContract

from provisioning.models import ScimConnection
from provisioning.scim.schemas import PROVIDER
from provisioning.scim.storage import Storage
from provisioning.scim.trace import Trace


class TestStorage(ScimStorageContract):
    # It sorts by nickName, which this server refuses.
    test_cursor_pages_equal_sort_values_once = None
    # At the root, this server pages by index only.
    test_cursor_at_the_root = None

    @pytest.fixture
    def provider(self):
        return PROVIDER

    @pytest.fixture
    def storage(self, cast):
        connection = ScimConnection.objects.create(organization=cast.acme)
        return Storage(cast.acme, Trace(actor=connection))

"""Writing what the Users page keeps of its own: actions on many members."""

from console.services.bulk import cancel_bulk, purge_bulk, start_bulk, take_up_bulk
from console.services.working import work_off

__all__ = ["cancel_bulk", "purge_bulk", "start_bulk", "take_up_bulk", "work_off"]

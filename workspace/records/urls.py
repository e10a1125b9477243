"""URLs of datasets and integrations, below /o/<slug>/."""

from django.urls import URLPattern, path

from workspace.records.types import DATASET, DESTINATION, PIPELINE, SOURCE, RecordType
from workspace.views import records


def _urls(record_type: RecordType, prefix: str, *, listed_at: str, name: str) -> list[URLPattern]:
    key, options = record_type.key, {"record_type": record_type}
    one = f"{prefix}<uuid:{key}_id>/"
    return [
        path(listed_at, records.record_list, options, name=name),
        path(f"{prefix}export/", records.record_export, options, name=f"{key}_export"),
        path(f"{prefix}new/", records.record_new, options, name=f"{key}_new"),
        path(one, records.record_page, options, name=key),
        path(f"{one}archive/", records.record_archive, options, name=f"{key}_archive"),
        path(f"{one}archive/undo/", records.record_archive_undo, options, name=f"{key}_archive_undo"),
        path(f"{one}restoration/", records.record_restoration, options, name=f"{key}_restoration"),
    ]


urlpatterns = [
    *_urls(DATASET, "datasets/", listed_at="datasets/", name="datasets"),
    *_urls(SOURCE, "integrations/sources/", listed_at="integrations/", name="integrations"),
    *_urls(DESTINATION, "integrations/destinations/", listed_at="integrations/destinations/", name="destinations"),
    *_urls(PIPELINE, "integrations/pipelines/", listed_at="integrations/pipelines/", name="pipelines"),
]

"""Datasets, sources, destinations and pipelines."""

from django.utils.translation import gettext_lazy

from audit.descriptions.sentence import Description

WORKSPACE = {
    "dataset.created": Description(gettext_lazy("{actor} added the dataset {target}"), "datasets", "success"),
    "dataset.edited": Description(gettext_lazy("{actor} changed the dataset {target}: {fields}"), "pencil"),
    "dataset.archived": Description(gettext_lazy("{actor} archived the dataset {target}"), "datasets", "warning"),
    "dataset.restored": Description(gettext_lazy("{actor} restored the dataset {target}"), "refresh"),
    "datasets.exported": Description(gettext_lazy("{actor} exported a list of datasets"), "download"),
    "source.created": Description(gettext_lazy("{actor} added the source {target}"), "integrations", "success"),
    "source.edited": Description(gettext_lazy("{actor} changed the source {target}: {fields}"), "pencil"),
    "source.archived": Description(gettext_lazy("{actor} archived the source {target}"), "integrations", "warning"),
    "source.restored": Description(gettext_lazy("{actor} restored the source {target}"), "refresh"),
    "sources.exported": Description(gettext_lazy("{actor} exported a list of sources"), "download"),
    "destination.created": Description(
        gettext_lazy("{actor} added the destination {target}"), "integrations", "success"
    ),
    "destination.edited": Description(gettext_lazy("{actor} changed the destination {target}: {fields}"), "pencil"),
    "destination.archived": Description(
        gettext_lazy("{actor} archived the destination {target}"), "integrations", "warning"
    ),
    "destination.restored": Description(gettext_lazy("{actor} restored the destination {target}"), "refresh"),
    "destinations.exported": Description(gettext_lazy("{actor} exported a list of destinations"), "download"),
    "pipeline.created": Description(gettext_lazy("{actor} added the pipeline {target}"), "integrations", "success"),
    "pipeline.edited": Description(gettext_lazy("{actor} changed the pipeline {target}: {fields}"), "pencil"),
    "pipeline.archived": Description(gettext_lazy("{actor} archived the pipeline {target}"), "integrations", "warning"),
    "pipeline.restored": Description(gettext_lazy("{actor} restored the pipeline {target}"), "refresh"),
    "pipelines.exported": Description(gettext_lazy("{actor} exported a list of pipelines"), "download"),
}

"""The four types of records, with their texts and URLs."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from base.lists.keyset import KeysetPage
from workspace.models import Connection, Dataset, Destination, Pipeline, Record, Source

Text = str | Promise


@dataclass(frozen=True)
class RecordType:
    """A type of record. `key` starts the names of its URLs; `page` is the list's title and name in the navigation.

    `count` is the number of them, and `shown` the number on this page. `empty_text` says what to do first.
    """

    model: type[Record]
    key: str
    page: Text
    label: Text
    plural: Text
    add: Text
    search: Text
    taken: Text
    count: Text
    shown: Text
    none_yet: Text
    empty_text: Text

    @property
    def is_connection(self) -> bool:
        return issubclass(self.model, Connection)

    @property
    def is_pipeline(self) -> bool:
        return self.model is Pipeline

    @property
    def is_dataset(self) -> bool:
        return self.model is Dataset

    def list_url(self, slug: str) -> str:
        return reverse(f"{self.key}s" if self.key != "source" else "integrations", args=[slug])

    def export_url(self, slug: str) -> str:
        return reverse(f"{self.key}_export", args=[slug])

    def new_url(self, slug: str) -> str:
        return reverse(f"{self.key}_new", args=[slug])

    def counted(self, page: KeysetPage) -> str:
        """Return how many there are, or how many of them are shown."""
        number = len(page.rows)
        if page.more:
            return str(self.shown) % {"count": number}
        return self.counted_as(number)

    def counted_as(self, number: int) -> str:
        """Return "3 datasets"."""
        return str(self.count % {"count": number})


DATASET = RecordType(
    model=Dataset,
    key="dataset",
    page=gettext_lazy("Datasets"),
    label=gettext_lazy("Dataset"),
    plural=gettext_lazy("Datasets"),
    add=gettext_lazy("Add dataset"),
    search=gettext_lazy("Search datasets"),
    taken=gettext_lazy("A dataset named “%(name)s” already exists. It may be archived. Choose another name."),
    count=ngettext_lazy("%(count)s dataset", "%(count)s datasets", "count"),
    shown=gettext_lazy("Showing %(count)s datasets"),
    none_yet=gettext_lazy("No datasets yet"),
    empty_text=gettext_lazy("Add a dataset with its owner and project."),
)
SOURCE = RecordType(
    model=Source,
    key="source",
    page=gettext_lazy("Integrations"),
    label=gettext_lazy("Source"),
    plural=gettext_lazy("Sources"),
    add=gettext_lazy("Add source"),
    search=gettext_lazy("Search sources"),
    taken=gettext_lazy("A source named “%(name)s” already exists. It may be archived. Choose another name."),
    count=ngettext_lazy("%(count)s source", "%(count)s sources", "count"),
    shown=gettext_lazy("Showing %(count)s sources"),
    none_yet=gettext_lazy("No sources yet"),
    empty_text=gettext_lazy("A source is where data comes from. Connect it to a destination with a pipeline."),
)
DESTINATION = RecordType(
    model=Destination,
    key="destination",
    page=gettext_lazy("Integrations"),
    label=gettext_lazy("Destination"),
    plural=gettext_lazy("Destinations"),
    add=gettext_lazy("Add destination"),
    search=gettext_lazy("Search destinations"),
    taken=gettext_lazy("A destination named “%(name)s” already exists. It may be archived. Choose another name."),
    count=ngettext_lazy("%(count)s destination", "%(count)s destinations", "count"),
    shown=gettext_lazy("Showing %(count)s destinations"),
    none_yet=gettext_lazy("No destinations yet"),
    empty_text=gettext_lazy("A destination is where data goes. Connect a source to it with a pipeline."),
)
PIPELINE = RecordType(
    model=Pipeline,
    key="pipeline",
    page=gettext_lazy("Integrations"),
    label=gettext_lazy("Pipeline"),
    plural=gettext_lazy("Pipelines"),
    add=gettext_lazy("Add pipeline"),
    search=gettext_lazy("Search pipelines"),
    taken=gettext_lazy("A pipeline named “%(name)s” already exists. It may be archived. Choose another name."),
    count=ngettext_lazy("%(count)s pipeline", "%(count)s pipelines", "count"),
    shown=gettext_lazy("Showing %(count)s pipelines"),
    none_yet=gettext_lazy("No pipelines yet"),
    empty_text=gettext_lazy("A pipeline connects a source to a destination. Add one of each first."),
)
INTEGRATIONS = (SOURCE, DESTINATION, PIPELINE)
TYPES = (DATASET, *INTEGRATIONS)


def lead_of(record_type: RecordType, organization_name: str) -> str:
    """Return the sentence below the page's heading."""
    if record_type.is_dataset:
        return _("Datasets in %(name)s, with their owners and projects.") % {"name": organization_name}
    return _("Sources, destinations and the pipelines that connect them.")

"""Read the metrics of running processes."""

import urllib.request
from dataclasses import dataclass

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

TOKEN = "only-for-tests-" + "m" * 32


@dataclass(frozen=True)
class Scrape:
    """The metrics of one response."""

    families: list[Metric]

    def value(self, name: str, **labels: str) -> float | None:
        """Return the sum of the samples with this name and these labels, or None if there are none."""
        found = [s.value for s in self.samples() if s.name == name and labels.items() <= s.labels.items()]
        return sum(found) if found else None

    def samples(self) -> list:
        return [sample for family in self.families for sample in family.samples]

    def series(self) -> set[tuple[str, tuple]]:
        """Return the name and labels of every time series."""
        return {(sample.name, tuple(sorted(sample.labels.items()))) for sample in self.samples()}

    def label(self, name: str) -> set[str]:
        """Return all values of a label."""
        return {sample.labels[name] for sample in self.samples() if name in sample.labels}

    def label_names(self) -> set[str]:
        """Return the names of all labels."""
        return {name for sample in self.samples() for name in sample.labels}

    def names(self) -> set[str]:
        """Return the names of all series, also of those that have no value yet."""
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
        return {family.name + suffix for family in self.families for suffix in suffixes.get(family.type, ("",))}


def scrape(url: str, token: str = TOKEN) -> Scrape:
    """Return the metrics at `url`/metrics."""
    request = urllib.request.Request(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=30) as response:
        return Scrape(list(text_string_to_metric_families(response.read().decode())))

"""Names in sentences."""

import pytest
from django.template import Context, Template

from base.sentences import join_names


@pytest.mark.parametrize(
    ("names", "options", "text"),
    [
        ([], {}, ""),
        (["A"], {}, "A"),
        (["A", "B"], {}, "A and B"),
        (["A", "B", "C"], {}, "A, B and C"),
        (["A", "B", "C"], {"limit": 3}, "A, B and C"),
        (["A", "B", "C", "D"], {"limit": 3}, "A, B, C and 1 more"),
        (["A", "B"], {"limit": 3, "total": 2}, "A and B"),
        (["A", "B", "C"], {"limit": 3, "total": 1_203}, "A, B, C and 1,200 more"),
        (["A", "B"], {"total": 5}, "A, B and 3 more"),
        (["A", "B"], {"total": 1}, "A and B"),  # one was deleted between the two queries
    ],
)
def test_names_are_joined(names, options, text):
    assert join_names(names, **options) == text


def test_a_template_joins_five_names_and_escapes_them():
    text = Template("{% load ui %}{{ names|joined }}").render(Context({"names": ["<b>", "B", "C", "D", "E", "F", "G"]}))
    assert text == "&lt;b&gt;, B, C, D, E and 2 more"

"""The output of the `ui` template tags, and that they escape names."""

from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template

from base.templatetags.ui import icon


class Fields(forms.Form):
    name = forms.CharField(help_text="Shown in lists")
    role = forms.ChoiceField(choices=[("b", "Builder")])
    roles = forms.MultipleChoiceField(
        choices=[("d", "Data Admin"), ("r", "Read Only")], widget=forms.CheckboxSelectMultiple
    )
    secret = forms.CharField(widget=forms.PasswordInput)
    agree = forms.BooleanField()


def render(source: str, **context) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_icon_is_hidden_from_screen_readers():
    assert icon("users").startswith('<svg class="icon" aria-hidden="true"><use href="/static/img/icons.svg#i-users"/>')


def test_avatar_shows_initials_in_the_colour_of_its_key():
    html = render('{% avatar "Ana María Soto" "ana@x.example" "sm" %}')
    assert ">AS</span>" in html and 'data-size="sm"' in html and "data-color=" in html
    assert "data-off" in render('{% avatar "Ana" "a" inactive=True %}')


def test_organization_without_a_logo_shows_its_initial():
    organization = SimpleNamespace(name="Acme", logo=None)
    assert ">A</span>" in render("{% org_logo organization %}", organization=organization)
    organization.logo = SimpleNamespace(url="/media/logos/1.png")
    assert 'src="/media/logos/1.png"' in render("{% org_logo organization %}", organization=organization)


def test_names_are_escaped():
    organization = SimpleNamespace(name='"><script>', logo=SimpleNamespace(url='"><script>'))
    html = render(
        "{% org_logo organization %}{% avatar name name name %}", organization=organization, name='"><script>'
    )
    assert "<script" not in html


def test_field_connects_label_hint_and_error_to_its_control():
    html = render("{% field form.name %}", form=Fields({}))
    assert '<label class="label grow" for="id_name">Name</label>' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html and 'aria-invalid="true"' in html
    assert '<p class="hint" id="id_name_helptext">Shown in lists</p>' in html and 'id="id_name_error"' in html


def test_field_without_hint_and_errors_has_no_description():
    assert "aria-describedby" not in render('{% field form.name hint="" %}', form=Fields())


def test_field_has_a_counter_and_passes_attributes_on():
    html = render('{% field form.name data_counter=2500 autocomplete="off" %}', form=Fields())
    assert 'data-counter="2500"' in html and 'autocomplete="off"' in html
    assert 'id="id_name_count"' in html and "id_name_count" in html.split("aria-describedby=")[1][:60]
    assert "At most 2,500 characters" in html


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("role", '<span class="select"><select name="role"'),
        ("roles", '<legend class="label">Roles</legend>'),
        ("secret", "data-reveal hidden"),
        ("agree", '<label class="check-row"><input type="checkbox" name="agree" class="check"'),
    ],
)
def test_field_layout_follows_its_widget(name: str, expected: str):
    assert expected in render("{% field field %}", field=Fields()[name])


def test_checked_boxes_stay_checked():
    html = render("{% field form.roles %}", form=Fields({"roles": ["r"]}))
    assert 'value="r" id="id_roles_1" checked' in html and 'value="d" id="id_roles_0">' in html

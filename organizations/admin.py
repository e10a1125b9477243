"""Organizations and members in the backoffice (B-1)."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.backoffice import StaffAdmin, StaffForm, run_form
from accounts.models import User
from accounts.services import send_password_link
from base import text
from base.names import MISSING_NAME
from base.policies import Refused
from organizations.models import ManagedBy, Membership, Organization, Scheme
from organizations.services import (
    NewMember,
    create_organization_as_staff,
    remove_managed_member,
    resume_organization,
    set_subscription,
    suspend_organization,
)


class PlanField(forms.CharField):
    """The name of a plan, which only the Subscription page shows."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Plan"), max_length=40, required=False, help_text=_("The plan’s name, such as “Team”.")
        )

    def to_python(self, value: Any) -> str:
        return text.clean_line(super().to_python(value))


class OrganizationForm(StaffForm):
    title = _("Create an organization")
    explanation = _("The first Admin gets an email to choose a password, unless they have an account already.")
    button = _("Create organization")
    done = _("Organization created.")
    name = forms.CharField(label=_("Name"), max_length=100)
    slug = forms.SlugField(label=_("Name in URLs"), max_length=60)
    scheme = forms.ChoiceField(label=_("Roles"), choices=Scheme.choices, help_text=_("Can’t be changed later."))
    seat_limit = forms.IntegerField(
        label=_("Seats"), min_value=0, max_value=10_000_000, initial=0, help_text=_("0 means no limit.")
    )
    plan = PlanField()
    first_name = forms.CharField(label=_("First Admin’s first name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("First Admin’s last name"), max_length=100, required=False)
    email = forms.EmailField(label=_("First Admin’s email address"), max_length=254)
    field_order = ["name", "slug", "scheme", "plan", "seat_limit", "first_name", "last_name", "email", "reason"]

    def save(self, *, staff: User, found: Any) -> str:
        data: dict[str, Any] = self.cleaned_data
        try:
            first_name, last_name = (text.clean_line(data[name]) for name in ("first_name", "last_name"))
            if not (first_name or last_name):
                raise ValidationError(MISSING_NAME)
            member = create_organization_as_staff(
                staff=staff,
                name=text.clean_line(data["name"]),
                slug=data["slug"],
                scheme=Scheme(data["scheme"]),
                seat_limit=data["seat_limit"],
                plan=data["plan"],
                admin=NewMember(first_name, last_name, data["email"]),
                reason=data["reason"],
            )
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from None
        if member.user and not member.user.has_usable_password():
            send_password_link(user=member.user)
        return reverse("admin:organizations_organization_change", args=[member.organization_id])


class SuspensionForm(StaffForm):
    title = _("Suspend")
    explanation = _("No one can open a suspended organization. Its single sign-on and provisioning stop.")
    button = _("Suspend")
    done = _("Suspended.")

    @classmethod
    def applies_to(cls, found: Any) -> bool:
        return found.is_active

    def save(self, *, staff: User, found: Any) -> str:
        suspend_organization(staff=staff, organization=found, reason=self.cleaned_data["reason"])
        return ""


class ResumptionForm(StaffForm):
    title = _("End the suspension")
    button = _("End the suspension")
    done = _("The organization is open again.")

    @classmethod
    def applies_to(cls, found: Any) -> bool:
        return not found.is_active

    def save(self, *, staff: User, found: Any) -> str:
        resume_organization(staff=staff, organization=found, reason=self.cleaned_data["reason"])
        return ""


class SeatsForm(StaffForm):
    title = _("Change plan and seats")
    explanation = _("Active members and pending invitations use a seat. Members over the limit aren’t removed.")
    plan = PlanField()
    limit = forms.IntegerField(label=_("Seats"), min_value=0, max_value=10_000_000, help_text=_("0 means no limit."))
    field_order = ["plan", "limit", "reason"]

    @classmethod
    def initial_of(cls, found: Any) -> dict[str, Any]:
        return {"plan": found.plan, "limit": found.seat_limit}

    def save(self, *, staff: User, found: Any) -> str:
        data = self.cleaned_data
        reason = data["reason"]
        set_subscription(staff=staff, organization=found, plan=data["plan"], limit=data["limit"], reason=reason)
        return ""


@admin.register(Organization)
class OrganizationAdmin(StaffAdmin):
    list_display = ("name", "slug", "scheme", "is_active", "sso_enforced", "seats", "created_at")
    list_filter = ("is_active",)
    search_fields = ("slug__startswith", "name__startswith")
    ordering = ("slug",)
    fields = ("name", "slug", "scheme", "is_active", "sso_enforced", "plan", "seats", "parent", "created_at")
    readonly_fields = fields
    change_list_template = "backoffice/list.html"
    forms_by_name = {"suspension": SuspensionForm, "resumption": ResumptionForm, "seats": SeatsForm}

    @admin.display(description=_("Seats"), ordering="seat_limit")
    def seats(self, organization: Organization) -> str:
        return str(organization.seat_limit or _("Any number"))

    def get_urls(self) -> list[URLPattern]:
        new = path("new/", self.admin_site.admin_view(self.new_view), name="organizations_organization_new")
        return [new, *super().get_urls()]

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Create an organization with its first Admin."""
        cancel_url = reverse("admin:organizations_organization_changelist")
        return run_form(self, request, OrganizationForm, None, cancel_url=cancel_url)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        link = {"add_url": reverse("admin:organizations_organization_new"), "add_label": OrganizationForm.title}
        return super().changelist_view(request, link)


class RemovalForm(StaffForm):
    title = _("Remove permanently")
    explanation = _(
        "For members whom an identity provider manages and can no longer remove. They lose roles, groups and projects."
    )
    button = _("Remove permanently")
    done = _("Removed.")

    @classmethod
    def applies_to(cls, found: Any) -> bool:
        return found.managed_by == ManagedBy.SCIM

    def save(self, *, staff: User, found: Any) -> str:
        try:
            remove_managed_member(staff=staff, member=found, reason=self.cleaned_data["reason"])
        except Membership.DoesNotExist:
            pass  # removed in the meantime, which was the aim
        return reverse("admin:organizations_membership_changelist")


@admin.register(Membership)
class MembershipAdmin(StaffAdmin):
    list_display = ("name", "email", "organization", "status", "managed_by")
    list_filter = ("managed_by", "status")
    list_select_related = ("organization",)
    search_fields = ("email_key__startswith", "organization__slug__exact")
    search_help_text = _("The beginning of an email address, or an organization’s name in URLs")
    ordering = ("-pk",)
    fields = ("organization", "first_name", "last_name", "email", "status", "managed_by", "two_factor", "joined_at")
    readonly_fields = fields
    forms_by_name = {"removal": RemovalForm}

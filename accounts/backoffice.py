"""The backoffice: Django's admin for platform staff (B-1). Each app registers its pages in its admin module.

Pages show what staff need to help customers. Every change is a form of its own that calls one service with a reason.
"""

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext_lazy

from accounts.fresh import require_fresh_sign_in
from accounts.next_url import with_next
from accounts.queries import has_two_factor
from accounts.services import has_used_factor
from accounts.services.sign_in import SignIns
from base.counting import CAP
from base.policies import Refused

# Pages of Django's admin that the backoffice doesn't have: they sign in, change passwords or show everything.
LEFT_OUT = {"password_change", "password_change_done", "view_on_site", "autocomplete"}


class Backoffice(AdminSite):
    """Open to staff who signed in with a second factor in this session. Others don't learn that it exists."""

    site_header = site_title = gettext_lazy("Backoffice")
    index_title = gettext_lazy("Platform")
    index_template = "backoffice/index.html"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register a page of ours. Those of other packages can change what only our services may change."""
        if admin_class and issubclass(admin_class, StaffAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        session = request.session
        return is_staff(request) and SignIns.of(session).own and has_used_factor(session)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Decorate every page: 404 for users who aren't staff, and a fresh sign-in for every change (S-7)."""

        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if self.has_permission(request) and request.method == "POST":
                require_fresh_sign_in(request)
            return view(request, *args, **kwargs)

        inner = super().admin_view(update_wrapper(checked, view), cacheable)

        def outer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not is_staff(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return update_wrapper(outer, view)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [url for url in super().get_urls() if getattr(url, "name", "") not in LEFT_OUT]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the product's own sign-in, or to what is missing: it's the only way to a session."""
        target = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect(with_next(reverse("account_login"), target))
        if not is_staff(request):
            raise Http404
        if self.has_permission(request):
            return redirect(target)
        if not SignIns.of(request.session).own:
            return redirect(with_next(reverse("sign_in_again"), target))
        page = "second_factor" if has_two_factor(request.user) else "two_factor_setup"
        return redirect(with_next(reverse(page), target))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_logout")


def is_staff(request: HttpRequest) -> bool:
    """Return whether the user works for the platform."""
    return request.user.is_active and request.user.is_staff


class CappedPaginator(Paginator):
    """Doesn't count more rows than needed: counting a million takes longer than everything else on the page."""

    @cached_property
    def count(self) -> int:
        return self.object_list[: CAP + 1].count()  # type: ignore[attr-defined]


class StaffAdmin(ModelAdmin):
    """A list and a page per object, both read-only. `actions_by_name` are the changes that staff can make."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    paginator = CappedPaginator
    # Name (part of the URL) → the form, with a label.
    forms_by_name: dict[str, type["StaffForm"]] = {}
    change_form_template = "backoffice/object.html"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        """Return the list, the page of an object, and a page for each form."""
        info = self.opts.app_label, self.opts.model_name
        view = self.admin_site.admin_view
        changes = [
            path(f"<path:object_id>/{name}/", view(self._form_view(name)), name="{}_{}_{}".format(*info, name))
            for name in self.forms_by_name
        ]
        return [
            path("", view(self.changelist_view), name="{}_{}_changelist".format(*info)),
            *changes,
            path("<path:object_id>/change/", view(self.change_view), name="{}_{}_change".format(*info)),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = str(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title[:1].upper() + title[1:], **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        found = self.get_object(request, object_id)
        names = [name for name, form in self.forms_by_name.items() if found and form.applies_to(found)]
        context: dict[str, Any] = {"title": str(found) if found else ""}
        context |= {"staff_forms": [(f"../{name}/", self.forms_by_name[name].title) for name in names]}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def _form_view(self, name: str) -> Callable[..., HttpResponse]:
        def form_view(request: HttpRequest, object_id: str) -> HttpResponse:
            found = self.get_object(request, object_id)
            if found is None or not self.forms_by_name[name].applies_to(found):
                raise Http404
            page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
            return run_form(self, request, self.forms_by_name[name], found, cancel_url=page)

        return form_view


class StaffForm(forms.Form):
    """A change that staff make, with a reason that the organization's audit log shows."""

    title: Any = ""
    explanation: Any = ""
    button: Any = gettext_lazy("Save")
    done: Any = gettext_lazy("Saved.")
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown in the organization’s audit log."),
    )

    @classmethod
    def applies_to(cls, found: Any) -> bool:
        """Return whether the object can be changed like this now."""
        return True

    @classmethod
    def initial_of(cls, found: Any) -> dict[str, Any]:
        """Return what the fields show at first."""
        return {}

    def save(self, *, staff: Any, found: Any) -> str:
        """Make the change, and return the URL to go to, or "" for the object's page. Raise Refused."""
        raise NotImplementedError


def run_form(
    admin: StaffAdmin, request: HttpRequest, form_class: type[StaffForm], found: Model | None, *, cancel_url: str
) -> HttpResponse:
    """Show a form, or make its change and redirect. Errors keep what was typed."""
    form = form_class(request.POST or None, initial=form_class.initial_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            url = form.save(staff=request.user, found=found)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, str(form.done))
            return redirect(url or cancel_url)
    context = {
        **admin.admin_site.each_context(request),
        "form": form,
        "found": found,
        "title": form.title,
        "opts": admin.opts,
        "cancel_url": cancel_url,
    }
    return render(request, "backoffice/form.html", context, status=422 if form.is_bound else 200)

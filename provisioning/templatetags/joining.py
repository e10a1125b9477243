"""Template tags for people who can join an organization by their address (O-5)."""

from django import template
from django.template import RequestContext

from accounts.services.sign_in import SignIns
from organizations.queries import awaited_at
from provisioning.queries.join_requests import join_offer

register = template.Library()


@register.inclusion_tag("provisioning/_join_offer.html", takes_context=True)
def join_offer_for_user(context: RequestContext) -> dict:
    """Render the organization that owns the user's address, and how they can join it. Nothing if there is none."""
    request = context["request"]
    offer = join_offer(request.user) if SignIns.of(request.session).own else None
    return {"offer": offer, "email": request.user.email, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("provisioning/_provisioned_offers.html", takes_context=True)
def provisioned_offers_for_user(context: RequestContext) -> dict:
    """Render the organizations whose identity provider has added the user's address, which the user can join (J-6)."""
    request = context["request"]
    offers = awaited_at(request.user) if SignIns.of(request.session).own else []
    return {"offers": [member.organization for member in offers], "csrf_token": context.get("csrf_token")}

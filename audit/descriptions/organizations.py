"""Organizations, their brands and sub-accounts, domains and setup links."""

from django.utils.translation import gettext_lazy

from audit.descriptions.sentence import Description

ORGANIZATIONS = {
    "organization.created": Description(gettext_lazy("{actor} created {target}"), "workspace", "success"),
    "organization.rules_changed": Description(
        gettext_lazy("{actor} changed the security settings of {target}"), "shield"
    ),
    "organization.suspended": Description(gettext_lazy("{actor} suspended {target}: {reason}"), "pause", "danger"),
    "organization.resumed": Description(
        gettext_lazy("{actor} ended the suspension of {target}: {reason}"), "check", "success"
    ),
    "organization.seats_changed": Description(
        gettext_lazy("{actor} changed the seat limit of {target} to {to}: {reason}"), "users"
    ),
    "organization.plan_changed": Description(
        gettext_lazy("{actor} changed the plan of {target} to {to}: {reason}"), "card"
    ),
    "organization.renamed": Description(gettext_lazy("{actor} renamed {from} to {to}"), "pencil"),
    "sub_account.created": Description(gettext_lazy("{actor} created the sub-account {target}"), "tree", "success"),
    "sub_account.renamed": Description(gettext_lazy("{actor} renamed the sub-account {from} to {to}"), "pencil"),
    "organization.sessions_ended": Description(
        gettext_lazy("{actor} logged everyone out of {target}"), "log-out", "warning"
    ),
    "domain.added": Description(gettext_lazy("{actor} added the domain {target}"), "globe"),
    "domain.verified": Description(gettext_lazy("{target} was verified"), "globe", "success"),
    "domain.missing": Description(gettext_lazy("The TXT record for {target} is gone"), "warning", "warning"),
    "domain.found": Description(gettext_lazy("The TXT record for {target} is back"), "globe", "success"),
    "domain.lapsed": Description(gettext_lazy("{target} is no longer verified"), "warning", "danger"),
    "domain.removed": Description(gettext_lazy("{actor} removed the domain {target}"), "trash", "danger"),
    "domain.joining_changed": Description(gettext_lazy("{actor} changed how people join {target}"), "globe"),
    "join.requested": Description(gettext_lazy("{target} asked to join"), "user-plus", "accent"),
    "join.reopened": Description(gettext_lazy("{actor} reopened {target}’s request to join"), "refresh"),
    "join.refused": Description(gettext_lazy("{actor} refused {target}’s request to join"), "ban", "danger"),
    "setup_link.created": Description(gettext_lazy("{actor} created a setup link for {intent}"), "link", "warning"),
    "setup_link.revoked": Description(gettext_lazy("{actor} revoked the {target} for {intent}"), "ban"),
    "organization.sso_enforced": Description(
        gettext_lazy("{actor} enforced single sign-on"), "shield-check", "success"
    ),
    "organization.sso_not_enforced": Description(
        gettext_lazy("{actor} stopped enforcing single sign-on"), "shield", "warning"
    ),
    "brand.changed": Description(gettext_lazy("{actor} changed the brand of {target}"), "brands"),
    "brand.logo_changed": Description(gettext_lazy("{actor} changed the logo of {target}"), "brands"),
    "brand.logo_removed": Description(gettext_lazy("{actor} removed the logo of {target}"), "brands", "warning"),
}

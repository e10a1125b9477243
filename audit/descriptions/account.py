"""Sentences about brands, plans and sub-accounts."""

from django.utils.translation import gettext_lazy

from audit.descriptions.sentence import Description

ACCOUNT = {
    "brand.changed": Description(gettext_lazy("{actor} changed the brand of {target}"), "brands"),
    "brand.logo_changed": Description(gettext_lazy("{actor} changed the logo of {target}"), "brands"),
    "brand.logo_removed": Description(gettext_lazy("{actor} removed the logo of {target}"), "brands", "warning"),
    "organization.plan_changed": Description(
        gettext_lazy("{actor} changed the plan of {target} to {to}: {reason}"), "card"
    ),
    "organization.renamed": Description(gettext_lazy("{actor} renamed {from} to {to}"), "pencil"),
    "sub_account.created": Description(gettext_lazy("{actor} created the sub-account {target}"), "tree", "success"),
    "sub_account.renamed": Description(gettext_lazy("{actor} renamed the sub-account {from} to {to}"), "pencil"),
}

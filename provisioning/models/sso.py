"""Single sign-on: an organization's identity provider, and the identities that it signs in (O-1, O-3)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from base.encryption import EncryptedField
from base.ids import uuid7
from organizations.models import Membership, Organization


class Provider(models.TextChoices):
    """The choices of the guided setup. "oidc" and "saml" are for all other products."""

    OKTA = "okta", "Okta"
    ENTRA = "entra", "Entra ID"
    GOOGLE = "google", "Google"
    KEYCLOAK = "keycloak", "Keycloak"
    OIDC = "oidc", _("Other OIDC")
    SAML = "saml", _("Other SAML")


class Protocol(models.TextChoices):
    OIDC = "oidc", "OpenID Connect"
    SAML = "saml", "SAML 2.0"


class IdentityProvider(models.Model):
    """An organization's identity provider, with what both sides need to know for OIDC or SAML.

    `is_enabled` offers it at sign-in; Organization.sso_enforced makes it the only way. `version` counts changes of the
    settings: a test (SsoTest) proves only the version that it tested. `metadata` and `keys` are what was last read from
    the provider: for OIDC the discovery document and the JWKS, for SAML nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.OneToOneField(Organization, models.CASCADE, related_name="identity_provider")
    provider = models.CharField(max_length=8, choices=Provider, default=Provider.OIDC)
    protocol = models.CharField(max_length=4, choices=Protocol, default=Protocol.OIDC)
    is_enabled = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    # OIDC: the issuer identifier. SAML: the entity ID of the identity provider.
    issuer = models.CharField(max_length=1000, blank=True)
    # OIDC
    discovery_url = models.CharField(max_length=1000, blank=True)
    client_id = models.CharField(max_length=500, blank=True)
    client_secret = EncryptedField(blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    metadata_read_at = models.DateTimeField(null=True, blank=True)
    keys = models.JSONField(default=dict, blank=True)
    keys_read_at = models.DateTimeField(null=True, blank=True)
    # SAML
    metadata_url = models.CharField(max_length=1000, blank=True)
    sso_url = models.CharField(max_length=1000, blank=True)
    slo_url = models.CharField(max_length=1000, blank=True)
    # PEM certificates that the provider signs with: two while it rotates them.
    certificates = models.JSONField(default=list, blank=True)
    # The last day on which one of them is valid, and for how many days before it Admins were told (30, 7 or 1).
    certificates_expire_at = models.DateTimeField(null=True, blank=True)
    certificates_reminded_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # Our own key pair: it signs requests, and decrypts assertions.
    sp_private_key = EncryptedField(blank=True)
    sp_certificate = models.TextField(blank=True)
    # The names of the attributes that become the email address and the names. Blank: the provider's usual ones.
    email_attribute = models.CharField(max_length=200, blank=True)
    first_name_attribute = models.CharField(max_length=200, blank=True)
    last_name_attribute = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The provider's name in sentences: "Okta", or "your identity provider" for one without a known name."""
        if self.provider in (Provider.OIDC, Provider.SAML):
            return str(_("your identity provider"))
        return str(Provider(self.provider).label)


class ExternalIdentity(models.Model):
    """What an identity provider calls a user. Once linked, the subject alone decides who signs in (O-3).

    The email address is the last one that the provider sent. It may differ from the user's.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="external_identities", db_index=False)
    issuer = models.CharField(max_length=1000)
    subject = models.CharField(max_length=500)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="external_identities")
    email = models.CharField(max_length=254, blank=True)
    linked_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "issuer", "subject"], name="external_identity_subject")
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.issuer})"


class SsoLogin(models.Model):
    """The provider's name for one of its sessions (OIDC `sid`, SAML SessionIndex), which a logout request names."""

    identity = models.ForeignKey(ExternalIdentity, models.CASCADE, related_name="logins")
    sid = models.CharField(max_length=500)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["sid"], name="sso_login_by_sid")]


class SsoPurpose(models.TextChoices):
    """Why someone was sent to the identity provider."""

    SIGN_IN = "sign_in", _("Sign in")
    TEST = "test", _("Test connection")
    CONFIRM = "confirm", _("Confirm an action")


class SsoRequest(models.Model):
    """One request to an identity provider, from sending the browser there until it is back with the answer.

    The primary key is the SHA-256 of the `state` (OIDC) or request ID (SAML). `browser` is the SHA-256 of a cookie:
    only the browser that started the request can finish it, once (`used_at`). `answer` carries a checked SAML answer
    over one redirect, because browsers don't send our cookies with the provider's POST.
    """

    key = models.CharField(max_length=64, primary_key=True)
    identity_provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="requests")
    version = models.PositiveIntegerField()
    purpose = models.CharField(max_length=8, choices=SsoPurpose)
    browser = models.CharField(max_length=64)
    nonce = models.CharField(max_length=64)
    code_verifier = models.CharField(max_length=128)
    next_url = models.CharField(max_length=2000, blank=True)
    # For a test: who started it. A membership, or the setup link that was used.
    member = models.ForeignKey(Membership, models.CASCADE, null=True, blank=True, related_name="+")
    setup_link = models.ForeignKey("provisioning.SetupLink", models.CASCADE, null=True, blank=True, related_name="+")
    answer = EncryptedField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="sso_request_by_time")]


class SsoTest(models.Model):
    """A finished "Test connection" (O-1). `result` is what the result page shows, with personal values masked."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    identity_provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="tests")
    version = models.PositiveIntegerField()
    passed = models.BooleanField()
    # Who tested, in words, because a setup link belongs to no member.
    tested_by = models.CharField(max_length=300)
    result = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["identity_provider", "-at"], name="sso_test_by_time")]

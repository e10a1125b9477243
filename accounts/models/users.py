"""Users, the identities that sign in. Permissions come from organizations.Membership."""

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.passwords import normalize_password, password_forms
from base import text
from base.ids import uuid7
from base.names import full_name, short_name


class UserManager(BaseUserManager):
    """Look up users by the canonical form of their email address."""

    def create_user(self, email: str, password: str | None = None, **fields):
        """Create a user with `email` in canonical form, and without a usable password if none is given.

        Raise ValidationError for an invalid email address, IntegrityError for one that is taken.
        """
        user = self.model(email=text.canonical_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db, force_insert=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields):
        """Create a user who is staff and superuser."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str):
        return self.get(email=username.strip().lower())


class Theme(models.TextChoices):
    SYSTEM = "system", _("Match system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class CsvSeparator(models.TextChoices):
    """What separates the columns of exported CSV files. Excel expects a semicolon where a comma is the decimal sign."""

    COMMA = ",", _("Comma")
    SEMICOLON = ";", _("Semicolon")


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in identity. `email` is canonical (base.text.canonical_email) and unique."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("email address"), max_length=254, unique=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    # An address that the user asked to change to, until they open the link that was sent there.
    pending_email = models.EmailField(max_length=254, blank=True)
    avatar = models.ImageField(upload_to="avatars/", blank=True)
    # False for users who joined by a link that others may have had, until they receive a link at their address.
    # allauth's EmailAddress.verified can't tell: allauth adds a row that isn't verified for users without one.
    is_address_verified = models.BooleanField(default=True, db_default=True)
    password_changed_at = models.DateTimeField(null=True)
    # When a passkey was offered after a sign-in with a password, and whether the user declined for good.
    passkey_offered_at = models.DateTimeField(null=True)
    passkey_declined = models.BooleanField(default=False)
    # A name of the IANA time zone database, blank for the one that the browser proposes.
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, default="", db_default="")
    csv_separator = models.CharField(
        _("CSV separator"),
        max_length=1,
        choices=CsvSeparator,
        default=CsvSeparator.COMMA,
        db_default=CsvSeparator.COMMA,
    )
    theme = models.CharField(_("theme"), max_length=6, choices=Theme, default=Theme.SYSTEM)
    # Part of every session's signature: raising it ends all sessions at their next request, without looking them up.
    sessions_version = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.email

    @property
    def name(self) -> str:
        """The full name in the order of its script, or the email address if there is none."""
        return full_name(self.first_name, self.last_name) or self.email

    @property
    def short_name(self) -> str:
        """The name to greet the user by, "" if there is none."""
        return short_name(self.first_name, self.last_name)

    def save(self, *args, **options) -> None:
        # Saving an older copy (in a password form, for example) must not bring back sessions that ended since.
        if not self._state.adding and options.get("update_fields") is None:
            unsaved = {"id", "sessions_version"}
            options["update_fields"] = {field.name for field in self._meta.concrete_fields} - unsaved
        super().save(*args, **options)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(None if raw_password is None else normalize_password(raw_password))
        self.password_changed_at = timezone.now()

    def check_password(self, raw_password: str) -> bool:
        """Return whether the password is right. A wrong one is hashed as often for each user."""
        check = super().check_password
        return any(check(form) for form in password_forms(raw_password))

    def get_session_auth_hash(self) -> str:
        return self._session_hash()

    def get_session_auth_fallback_hash(self):
        yield from (self._session_hash(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, secret: str | None = None) -> str:
        value = f"{self.password}:{self.sessions_version}"
        return salted_hmac("accounts.User.session", value, secret=secret, algorithm="sha256").hexdigest()

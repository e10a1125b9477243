"""Signing in, sessions, passkeys and security headers."""

from datetime import timedelta
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from teamadmin import env
from teamadmin.settings.base import BASE_URL, DEMO, PLATFORM_NAME, PORT, SECURE

# --- sign-in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.validators.MaximumLengthValidator"},
    {"NAME": "accounts.validators.PasswordRulesValidator"},
]
# Dotted paths, because accounts must not import organizations: who may sign in, and who hears of second factors.
SIGN_IN_RULE = "organizations.policies.can_sign_in"
TWO_FACTOR_LISTENERS = ["organizations.services.sync_two_factor"]
# Shows a page of accounts in the brand of the organization that it's about.
SHOW_BRAND_AT = "organizations.brands.show_brand_at"
# The identity providers that account pages offer, and whether a session that only one of them opened may set up a
# second factor (S-3, O-3).
SSO_CHOICES = "provisioning.queries.choices.sso_choices"
SSO_SET_UP_RULE = "organizations.policies.can_set_up_with_sso"
# The member with an email address who has no user yet, and what to send them: for resets at that address (I-11, J-6).
AWAITED_MEMBER = "organizations.queries.awaited_member_id"
RESEND_INVITATIONS = "provisioning.services.awaited.invite_after_reset"
# In which organizations sign-ins, changes of passwords and the like are recorded (S-10).
SECURITY_EVENT_MEMBERSHIPS = "organizations.queries.security_event_memberships"
# Where new passwords are looked up: nowhere, at a service like "https://api.pwnedpasswords.com/range/", which gets five
# digits of a hash, or in a sorted file of SHA-1 hashes.
PASSWORD_BREACH_CHECK = env.text("PASSWORD_BREACH_CHECK")
# The strictest policies of a user's organizations, where sign-in itself can only be one way (S-6).
ACCOUNT_RULES = "organizations.policies.account_rules"
# Ends a session in the organizations that sign out inactive members, before its last use is saved (S-6).
SESSION_IDLE_RULE = "organizations.services.end_idle_sessions"
# Which organizations require a second factor of a user (S-3).
TWO_FACTOR_RULES = "organizations.policies.two_factor_rules"
# Who may change their email address, and who follows when it changes.
EMAIL_CHANGE_RULE = "organizations.policies.can_change_email"
EMAIL_LISTENERS = ["organizations.services.follow_email"]
# What else is undone when a user rejects an event with "This wasn't me".
EVENT_REJECTION_LISTENERS = [
    "provisioning.services.unlinking.unlink_rejected",
    "organizations.services.access_key_notices.revoke_rejected",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.password_forms.SignInForm",
    "reset_password": "accounts.password_forms.ResetForm",
    "reset_password_from_key": "accounts.password_forms.ResetKeyForm",
    "change_password": "accounts.password_forms.ChangeForm",
    "set_password": "accounts.password_forms.SetForm",
}
# accounts.services.attempts limits these, by browser, account and address.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "reset_password": None,
    "reset_password_from_key": None,
    "change_password": None,
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
# An emailed link opens an account, so it is valid for one hour (ASVS 6.4.1 requires short-lived links).
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
# Cookies don't depend on the port, so two installations on one host need different names. Under https, the prefix makes
# browsers refuse cookies that a neighboring host set (RFC 6265bis, 4.1.3.2).
_COOKIE = env.cookie_name("COOKIE_NAME", "teamadmin" if SECURE else f"teamadmin-{PORT}")
COOKIE_NAME = ("__Host-" if SECURE else "") + _COOKIE
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_NAME}-session", f"{COOKIE_NAME}-csrf"
MESSAGES_COOKIE_NAME, LANGUAGE_COOKIE_NAME = f"{COOKIE_NAME}-messages", f"{COOKIE_NAME}-language"
MESSAGE_STORAGE = "base.messages.MessageStorage"
# Only sent below /invitations/, and __Host- cookies are sent everywhere.
INVITATION_COOKIE_NAME = ("__Secure-" if SECURE else "") + f"{_COOKIE}-invitation"
# Recognizes a browser in which a user signed in before (accounts.models.KnownBrowser).
BROWSER_COOKIE_NAME = f"{COOKIE_NAME}-browser"
BROWSER_COOKIE_AGE = int(timedelta(days=400).total_seconds())
# A browser that the user asked to remember is not asked for a second factor for this long (S-2).
REMEMBER_BROWSER_DAYS = 30
# Sensitive actions need a sign-in that is not older than this (S-7).
FRESH_SIGN_IN_MINUTES = 15
# "Last seen" of a session is written at most this often.
SESSION_ACTIVITY_MINUTES = 5
# No script reads the CSRF token from the cookie: it's in every form, and in <body> for htmx.
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SECURE = True, SECURE
CSRF_FAILURE_VIEW = "teamadmin.errors.csrf_failure"
INVITATION_DAYS = 30
# Invitation emails per day, including resent ones (I-5). 0 means no limit.
INVITATION_SENDS_PER_DAY = env.number("INVITATION_SENDS_PER_DAY", 2000)
INVITATION_SENDS_PER_INVITER = env.number("INVITATION_SENDS_PER_INVITER", 1000)

# --- passkeys -----------------------------------------------------------------------------------
# Browsers accept no IP address here: passkeys work on localhost, not on 127.0.0.1. Pages say so (data-passkey-missing).
OTP_WEBAUTHN_RP_ID = urlsplit(BASE_URL).hostname
OTP_WEBAUTHN_RP_NAME = PLATFORM_NAME
OTP_WEBAUTHN_ALLOWED_ORIGINS = [BASE_URL]
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = True
# EdDSA, ES256 and RS256 (IANA: COSE algorithms), which all authenticators have at least one of.
OTP_WEBAUTHN_SUPPORTED_COSE_ALGORITHMS = [-8, -7, -257]
# Over http, the browser decides: it allows localhost only.
SILENCED_SYSTEM_CHECKS = [] if SECURE else ["otp_webauthn.E031"]

# --- identity providers -------------------------------------------------------------------------
# Binds a single sign-on to the browser that started it, until the browser is back from the identity provider.
SSO_COOKIE_NAME = f"{COOKIE_NAME}-sso"
SSO_REQUEST_MINUTES = 15
# The page after signing out of a session that was opened by single sign-on.
SSO_SIGNED_OUT_PAGE = "provisioning.queries.identity_providers.signed_out_page"
# Private networks in which identity providers may be ("10.0.0.0/8"), also with http. By default, our requests to
# addresses that customers enter reach public addresses only.
OUTGOING_ALLOWED_NETWORKS = env.networks("OUTGOING_ALLOWED_NETWORKS") or (["127.0.0.0/8", "::1"] if DEMO else [])
OUTGOING_TIMEOUT_SECONDS = 5
# The DNS servers that are asked for TXT records ("192.0.2.53" or "192.0.2.53:5353"), by default the system's.
DNS_SERVERS = env.name_servers("DNS_SERVERS")
# How long a domain stays verified after its TXT record is gone.
DOMAIN_GRACE_DAYS = 7
SETUP_LINK_DAYS = 7
SETUP_COOKIE_NAME = f"{COOKIE_NAME}-setup"
# Sent to the pages of one link only.
SETUP_COOKIE_NAME = ("__Secure-" if SECURE else "") + f"{_COOKIE}-setup"
# How many SCIM requests each token may send, on average over ten seconds.
SCIM_REQUESTS_PER_SECOND = env.number("SCIM_REQUESTS_PER_SECOND", 150, least=1)
# How many requests each access key may send to the API per minute.
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 600, least=1)

# --- security headers ---------------------------------------------------------------------------
# The API refuses http instead, or a client would never learn that it sent its access key unencrypted (ASVS 4.1.2).
SECURE_REDIRECT_EXEMPT = [r"^api/(?!v1/docs)"]
SECURE_SSL_REDIRECT = env.flag("SSL_REDIRECT", not DEMO) and SECURE
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", True) and SECURE
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", True) and SECURE
BEHIND_PROXY = env.flag("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# The number of our own proxies that append to X-Forwarded-For. 0 ignores the header.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 1 if BEHIND_PROXY else 0, most=20)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

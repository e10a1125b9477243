"""The settings, for production (from environment variables) and the demo (TEAMADMIN_DEMO=1).

docs/operating.md lists every variable. Production defaults must be safe.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from teamadmin import env, logs

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO = env.flag("TEAMADMIN_DEMO")
DATA_DIR = Path(env.text("TEAMADMIN_DATA", str(BASE_DIR / "var"))).resolve()
PORT = env.number("PORT", 8000)

if not DEMO:
    env.require("SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DATABASE_URL", "REDIS_URL")
    env.require("EMAIL_URL|ANYMAIL_PROVIDER", "DEFAULT_FROM_EMAIL")

# --- identity of this installation -------------------------------------------------------------
PLATFORM_NAME = env.text("PLATFORM_NAME", "TeamAdmin")
BASE_URL = env.base_url("BASE_URL", f"http://127.0.0.1:{PORT}")
SECURE = BASE_URL.startswith("https://")
DEBUG = False
# The demo's key is public. It protects nothing, because the demo never runs in production.
SECRET_KEY = "demo-only-" + "k" * 50 if DEMO else env.secret_key("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS")
# The first key signs invitation links, and all of them verify links. Keep an old key listed for at least 30 days.
INVITATION_KEYS = env.items("INVITATION_KEYS") or [SECRET_KEY, *SECRET_KEY_FALLBACKS]
LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS") or ([*LOOPBACK, urlsplit(BASE_URL).hostname] if DEMO else [])
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- apps ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "base",
    "audit",
    "outbox",
    "accounts",
    "organizations",
    "invitations",
    "console",
    "workspace",
    "teamadmin.apps.TeamadminConfig",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "anymail",
    "csp",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "django_tables2",
]
MIDDLEWARE = [
    "base.middleware.RequestContextMiddleware",
    "teamadmin.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Inside WhiteNoise, whose files are compressed already. Random padding protects CSRF tokens against BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "base.middleware.NeverCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "base.middleware.HtmxRedirectMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "teamadmin.urls"
WSGI_APPLICATION = "teamadmin.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        # Rows of long lists. For fifty rows, Jinja2 takes a tenth of the CPU time of Django's engine.
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "rows",
        "DIRS": [BASE_DIR / "templates" / "rows"],
        "OPTIONS": {"environment": "base.jinja.environment", "autoescape": True, "auto_reload": DEMO},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "base.context_processors.site",
            ],
        },
    },
]

# --- data ---------------------------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'teamadmin.sqlite3'}"),
        conn_max_age=0 if DEMO else 600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # The web threads and the worker share one process. Without WAL and immediate transactions: "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # Neither an unreachable server nor a hanging statement may block a web worker forever.
    PREPARED = env.flag("PREPARED_STATEMENTS", True)
    # A pooler that shares connections per transaction supports neither prepared statements nor server-side cursors.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = not PREPARED
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        connect_timeout=3,
        # After five runs on a connection, PostgreSQL keeps a statement's plan. Planning takes longer than running most
        # of our statements.
        server_side_binding=True,
        prepare_threshold=5 if PREPARED else None,
        options=f"-c statement_timeout={env.number('STATEMENT_TIMEOUT_MS', 15000)}"
        f" -c lock_timeout={env.number('LOCK_TIMEOUT_MS', 0)}",
    )
REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": (
        {
            "BACKEND": "teamadmin.cache.FallbackRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1},
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
MEDIA_ROOT, MAIL_DIR = DATA_DIR / "media", DATA_DIR / "mail"
MEDIA_URL = "/media/"

# --- sign-in ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    # NIST SP 800-63B-4, 3.1.1.2: 15 characters while the password is the only factor (S-1).
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "accounts.validators.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Dotted paths, because accounts must not import organizations: who may sign in, and who hears of second factors.
SIGN_IN_RULE = "organizations.policies.can_sign_in"
TWO_FACTOR_LISTENERS = ["organizations.services.sync_two_factor"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
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
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "teamadmin.errors.csrf_failure"
INVITATION_DAYS = 30
# Invitation emails per day, including resent ones (I-5). 0 means no limit.
INVITATION_SENDS_PER_DAY = env.number("INVITATION_SENDS_PER_DAY", 2000)
INVITATION_SENDS_PER_INVITER = env.number("INVITATION_SENDS_PER_INVITER", 1000)

# --- security headers ---------------------------------------------------------------------------
SECURE_SSL_REDIRECT = SECURE and env.flag("SSL_REDIRECT", not DEMO)
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE and env.flag("HSTS_SUBDOMAINS", True)
SECURE_HSTS_PRELOAD = SECURE and env.flag("HSTS_PRELOAD", True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
# The number of our own proxies that append to X-Forwarded-For. 0 ignores the header.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 1 if env.flag("BEHIND_PROXY") else 0)
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

# --- email and queue ----------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "TeamAdmin <invite@teamadmin.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SMTP = env.smtp("EMAIL_URL")
EMAIL_HOST, EMAIL_PORT = SMTP.host, SMTP.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = SMTP.user, SMTP.password
EMAIL_USE_TLS, EMAIL_USE_SSL = SMTP.tls, SMTP.ssl
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
ANYMAIL = {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT, **env.prefixed("ANYMAIL_")}
if DEMO:
    EMAIL_BACKEND = "teamadmin.devmail.backend.EmailBackend"
elif provider := ANYMAIL.pop("PROVIDER", ""):
    EMAIL_BACKEND = f"anymail.backends.{provider.lower()}.EmailBackend"
# Each kind of email, and the function that renders it when it is sent.
OUTBOX_KINDS = {
    "invitations.invitation": "invitations.emails.render_invitation",
    "invitations.link_request": "invitations.emails.render_link_request",
    "accounts.password_reset": "accounts.emails.render_password_reset",
    "accounts.two_factor_reset": "accounts.emails.render_two_factor_reset",
}

CELERY_BROKER_URL = REDIS_URL or "memory://localhost//"
# A request only wakes a worker, and the sweep finds what a lost wake-up missed. So while the broker is down, a request
# waits for one second at most and does not retry. socket_timeout must be longer than a worker's BRPOP (one second).
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
        "socket_keepalive": True,
        "visibility_timeout": 900,
        # kombu's own retries of the first connection, which ignore CELERY_TASK_PUBLISH_RETRY. They took 6 s.
        "max_retries": 0,
    }
    if REDIS_URL
    else {"polling_interval": 0.02}
)
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
# A task may run twice, but is never lost. The outbox makes running twice harmless.
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 240, 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1 if REDIS_URL else 4
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TIMEZONE = "UTC"
# Tasks that find work whose wake-up was lost. Beat and every worker run them each minute.
SWEEPS = ["outbox.tasks.sweep", "console.tasks.sweep_bulk", "organizations.tasks.reorder_members"]
# The schedule is kept in memory: after a start every periodic task is due at once, which is harmless here.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    **{name: {"task": name, "schedule": timedelta(seconds=60), "options": {"expires": 55}} for name in SWEEPS},
    "delete_old_sends": {"task": "invitations.tasks.delete_old_sends", "schedule": timedelta(hours=1)},
}

# --- logs ---------------------------------------------------------------------------------------
LOGGING = logs.configuration(level=env.text("LOG_LEVEL", "WARNING" if DEMO else "INFO").upper())

# --- language, time, files ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEMO
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

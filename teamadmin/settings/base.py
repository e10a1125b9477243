"""What this installation is: its names, keys, apps, database and files."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from teamadmin import env, logs, service_urls

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DEMO = env.flag("TEAMADMIN_DEMO")
DATA_DIR = Path(env.text("TEAMADMIN_DATA", str(BASE_DIR / "var"))).resolve()
PORT = env.number("PORT", 8000, least=1, most=65535)

if not DEMO:
    env.require("SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DATABASE_URL", "REDIS_URL")
    env.require("EMAIL_URL|ANYMAIL_PROVIDER", "DEFAULT_FROM_EMAIL")

# --- identity of this installation -------------------------------------------------------------
PLATFORM_NAME = env.text("PLATFORM_NAME", "TeamAdmin")
# Who customers ask for another plan or more seats. Blank shows no address.
OPERATOR_EMAIL = env.text("OPERATOR_EMAIL", "seats@teamadmin.example" if DEMO else "")
# The seats of a new sub-account, 0 means no limit. Staff change it in the backoffice.
SUB_ACCOUNT_SEATS = env.number("SUB_ACCOUNT_SEATS", 5)
BASE_URL = env.base_url("BASE_URL", f"http://localhost:{PORT}")  # passkeys need a name
SECURE = BASE_URL.startswith("https://")
DEBUG = False
# The demo's key is public. It protects nothing, because the demo never runs in production.
SECRET_KEY = "demo-only-" + "k" * 50 if DEMO else env.secret_key("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.keys("SECRET_KEY_FALLBACKS")
# The first key signs invitation links, and all of them verify links. Keep an old key listed for at least 30 days.
INVITATION_KEYS = env.keys("INVITATION_KEYS") or [SECRET_KEY, *SECRET_KEY_FALLBACKS]
# The first key encrypts secrets in the database, such as authenticator keys, and all of them decrypt. See rotate_keys.
ENCRYPTION_KEYS = env.keys("ENCRYPTION_KEYS") or [SECRET_KEY, *SECRET_KEY_FALLBACKS]
# Opens /metrics of web, workers and beat. Workers and beat listen on METRICS_PORT.
METRICS_TOKEN = env.secret_key("METRICS_TOKEN") if env.text("METRICS_TOKEN") else ""
METRICS_PORT = env.number("METRICS_PORT", 0, most=65535)
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
    "provisioning",
    "console",
    "workspace",
    "api",
    "teamadmin.apps.TeamadminConfig",
    "teamadmin.apps.BackofficeConfig",
    "allauth",
    "allauth.account",
    "anymail",
    "csp",
    "django_htmx",
    "django_otp",
    "django_otp_webauthn",
    "django_prometheus",
    "django_tables2",
]
MIDDLEWARE = [
    "base.middleware.RequestContextMiddleware",
    "teamadmin.metrics.middleware.EndpointMiddleware",
    "teamadmin.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Inside WhiteNoise, whose files are already compressed. Random padding protects CSRF tokens against BREACH.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "base.middleware.NeverCacheMiddleware",
    "teamadmin.emailed_links.EmailedLinkMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "accounts.middleware.SessionActivityMiddleware",
    "accounts.sign_out.SignOutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "base.middleware.HtmxRedirectMiddleware",
    "teamadmin.wrong_methods.WrongMethodMiddleware",
    "accounts.middleware.FreshSignInMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
if METRICS_TOKEN:  # otherwise no one reads what they measure
    after_health = MIDDLEWARE.index("teamadmin.health.HealthMiddleware") + 1
    MIDDLEWARE[after_health:after_health] = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        "teamadmin.metrics.middleware.MeasureMiddleware",
    ]
PROMETHEUS_LATENCY_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, float("inf"))
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
# Neither an unreachable server nor a hanging statement may block a web worker forever.
STATEMENT_TIMEOUT_MS, LOCK_TIMEOUT_MS = env.number("STATEMENT_TIMEOUT_MS", 15000), env.number("LOCK_TIMEOUT_MS", 0)
PREPARED = env.flag("PREPARED_STATEMENTS", True)
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **(
            service_urls.database("DATABASE_URL")
            if env.text("DATABASE_URL")
            else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA_DIR / "teamadmin.sqlite3")}
        ),
        "CONN_MAX_AGE": 0 if DEMO else 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # The web threads and the worker share one process. Without WAL and immediate transactions: "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
else:
    # A pooler that shares connections per transaction supports neither prepared statements nor server-side cursors.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = not PREPARED
    URL_OPTIONS = DATABASES["default"]["OPTIONS"]
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 3,
        **URL_OPTIONS,
        # After five runs on a connection, PostgreSQL keeps a statement's plan. Planning takes longer than running most
        # of our statements.
        "server_side_binding": True,
        "prepare_threshold": 5 if PREPARED else None,
        "options": f"{URL_OPTIONS.get('options', '')} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
        f" -c lock_timeout={LOCK_TIMEOUT_MS}".strip(),
    }
if METRICS_TOKEN:  # the same backends, which count queries, errors and connections
    DATABASES["default"]["ENGINE"] = "django_prometheus.db." + DATABASES["default"]["ENGINE"].removeprefix("django.db.")
REDIS_URL = service_urls.redis("REDIS_URL")
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

# --- logs ---------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "WARNING" if DEMO else "INFO", env.LOG_LEVELS)
LOGGING = logs.configuration(level=LOG_LEVEL)

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
# Files: base.uploads.MAX_BYTES. DATA_UPLOAD_MAX_MEMORY_SIZE doesn't count them.
FILE_UPLOAD_HANDLERS = [
    "base.uploads.SizeLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

"""Parse the URLs of the database, Redis and the mail server: DATABASE_URL, REDIS_URL and EMAIL_URL.

urlsplit(), libpq and redis-py guess where an unescaped "/" or "?" in a password ends: smtp://u:12/3@host would mean the
host u. So these URLs are parsed strictly, and what could be read in two ways is refused. Errors never contain a URL,
because it contains a password.

The password may be in a variable of its own, as it is: DATABASE_PASSWORD, REDIS_PASSWORD and EMAIL_PASSWORD.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from django.core.exceptions import ImproperlyConfigured

from teamadmin import env

URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?:(?P<user>[^\s:@/?#\[\]]*)(?::(?P<password>[^\s@/?#\[\]]*))?@)?"
    r"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<host>[^\s:@/?#\[\]]*))(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/(?P<path>[^\s@?#]*))?(?:\?(?P<query>[^\s@?#]*))?",
    re.I,
)
EXAMPLES = {
    "DATABASE_URL": "postgresql://user:password@host:5432/name",
    "REDIS_URL": "redis://:password@host:6379/0",
    "EMAIL_URL": "smtp://user:password@host:587?tls=1",
}
# In the query of DATABASE_URL, these would contradict what stands before it.
BEFORE_QUERY = {"user", "password", "dbname"}
REDIS_TLS_OPTIONS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname")


@dataclass(frozen=True)
class Url:
    """A URL's parts, decoded. The scheme is in lower case."""

    scheme: str
    user: str
    password: str
    host: str
    port: int | None
    path: str
    options: dict[str, str]


@dataclass(frozen=True)
class Smtp:
    """A mail server. `tls` means STARTTLS, `ssl` TLS from the first byte, `plaintext` that ?tls=0 asks for neither."""

    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    tls: bool = False
    ssl: bool = False
    plaintext: bool = False


def database(name: str) -> dict[str, Any]:
    """Return the entry of DATABASES for postgresql://user:password@host:5432/name?sslmode=verify-full."""
    if env.text(name).startswith("sqlite://"):
        return _sqlite(name)
    url = parse(name, "postgresql", "postgres")
    _require_known(name, url, sorted(_libpq_parameters() - BEFORE_QUERY))
    if not url.path:
        raise ImproperlyConfigured(f"{name} must end with the name of a database: {EXAMPLES[name]}.")
    engine = {"ENGINE": "django.db.backends.postgresql", "HOST": url.host, "PORT": url.port or "", "NAME": url.path}
    return {**engine, "USER": url.user, "PASSWORD": url.password, "OPTIONS": url.options}


def _sqlite(name: str) -> dict[str, Any]:
    """Return the entry of DATABASES for sqlite:///relative, sqlite:////absolute or sqlite://:memory:."""
    path = env.text(name).removeprefix("sqlite://")
    if path != ":memory:" and not re.fullmatch(r"/[^?#]*[^?#/]", path):
        raise ImproperlyConfigured(f"{name} must look like sqlite:////folder/file, without parameters.")
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": path if path == ":memory:" else unquote(path[1:])}


def _libpq_parameters() -> set[str]:
    from psycopg.pq import Conninfo

    return {option.keyword.decode() for option in Conninfo.get_defaults()}


def redis(name: str) -> str:
    """Return the URL for redis-py and kombu, with the password of REDIS_PASSWORD, or "" if the variable isn't set."""
    if not env.text(name):
        return ""
    url = parse(name, "redis", "rediss")
    _require_known(name, url, REDIS_TLS_OPTIONS if url.scheme == "rediss" else ())
    if not url.host:
        raise ImproperlyConfigured(f"{name} must name a host: {EXAMPLES[name]}.")
    if not re.fullmatch(r"[0-9]{0,5}", url.path):
        raise ImproperlyConfigured(f"{name} must end with the number of a database: {EXAMPLES[name]}.")
    # Without this option, kombu doesn't verify the server's certificate.
    options = {"ssl_cert_reqs": "required", **url.options} if url.scheme == "rediss" else {}
    if options and options["ssl_cert_reqs"] not in ("required", "optional", "none"):
        raise ImproperlyConfigured(f"{name}: ssl_cert_reqs must be required, optional or none.")
    user = f"{quote(url.user, safe='')}:{quote(url.password, safe='')}@" if url.user or url.password else ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    query = "&".join(f"{option}={quote(value, safe='/')}" for option, value in options.items())
    return f"{url.scheme}://{user}{host}:{url.port or 6379}/{url.path or 0}" + (f"?{query}" if query else "")


def smtp(name: str) -> Smtp:
    """Parse smtp://user:password@host:587?tls=1 (STARTTLS) or smtps://user:password@host (TLS from the first byte).

    Port 465 and ?ssl=1 mean the same as smtps, and ?starttls=1 the same as ?tls=1.
    """
    if not env.text(name):
        if env.verbatim("EMAIL_PASSWORD"):
            raise ImproperlyConfigured(f"EMAIL_PASSWORD is set, but {name} isn't.")
        return Smtp()
    url = parse(name, "smtp", "smtps")
    _require_known(name, url, ("tls", "starttls", "ssl"))
    if not url.host or url.path:
        raise ImproperlyConfigured(f"{name} must have a host and no path: {EXAMPLES[name]}.")
    if bool(url.user) != bool(url.password):
        missing = "EMAIL_PASSWORD" if url.user else f"a user in {name}"
        raise ImproperlyConfigured(f"{name} has a user or a password, but not both: {missing} is missing.")
    flags = {option: env.parse_flag(f"{option} in {name}", value) for option, value in url.options.items()}
    tls, ssl = _encryption(name, url, flags)
    port = url.port or (465 if ssl else 587 if tls else 25)
    return Smtp(url.host, port, url.user, url.password, tls, ssl, plaintext=bool(flags) and not tls and not ssl)


def _encryption(name: str, url: Url, flags: dict[str, bool]) -> tuple[bool, bool]:
    """Return whether to use STARTTLS, and whether to use TLS from the first byte."""
    starttls = {flags[option] for option in ("tls", "starttls") if option in flags}
    ssl = {flags[option] for option in ("ssl",) if option in flags}
    ssl |= {True} if url.scheme == "smtps" or url.port == 465 else set()
    if len(starttls) > 1 or len(ssl) > 1 or (True in starttls and True in ssl):
        raise ImproperlyConfigured(
            f"{name} contradicts itself. smtps, port 465 and ssl=1 mean TLS from the first byte, tls=1 means STARTTLS."
        )
    return True in starttls, True in ssl


def parse(name: str, *schemes: str) -> Url:
    """Return the parts of the URL in the variable, with the password of ..._PASSWORD.

    Raise ImproperlyConfigured if the URL is malformed, has another scheme, or if there are two passwords.
    """
    value = env.text(name)
    if "://" not in value or value.partition("://")[0].lower() not in schemes:
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ImproperlyConfigured(f"{name} must start with {starts}: {EXAMPLES[name]}.")
    found = URL.fullmatch(value)
    if not found or re.search(r"%(?![0-9a-f]{2})", value, re.I) or not 0 < int(found["port"] or 1) < 65536:
        raise _malformed(name, value)
    try:
        user, password, host, path = (_decode(found[part]) for part in ("user", "password", "host", "path"))
        options = _options(name, found["query"] or "")
    except ValueError:
        raise _malformed(name, value) from None
    other, port = _own_variable(name, password), int(found["port"]) if found["port"] else None
    return Url(found["scheme"].lower(), user, other or password, found["ipv6"] or host, port, path, options)


def _decode(part: str | None) -> str:
    """Decode a part. Raise ValueError if it isn't UTF-8 or contains control characters."""
    value = unquote(part or "", errors="strict")
    if re.search(r"[\x00-\x1f\x7f]", value):
        raise ValueError
    return value


def _options(name: str, query: str) -> dict[str, str]:
    """Return the parameters of a query, with names in lower case."""
    options: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        option, _equals, value = part.partition("=")
        option = _decode(option).lower()
        if not value:
            raise ImproperlyConfigured(f"{name}: the parameter {option!r} has no value.")
        if option in options:
            raise ImproperlyConfigured(f"{name}: the parameter {option!r} is there twice.")
        options[option] = _decode(value)
    return options


def _own_variable(name: str, password: str) -> str:
    """Return the password of DATABASE_PASSWORD, REDIS_PASSWORD or EMAIL_PASSWORD, or ""."""
    variable = password_variable(name)
    value = env.verbatim(variable)
    if value and password:
        raise ImproperlyConfigured(f"{name} contains a password, and {variable} is set. Set only one of them.")
    return value


def password_variable(name: str) -> str:
    """Return the variable that may have the password of the URL in the variable `name`."""
    return name.replace("_URL", "_PASSWORD")


def _malformed(name: str, value: str) -> ImproperlyConfigured:
    after_user = re.split(r"[/?#]", value.partition("://")[2].rpartition("@")[2])[0]
    if after_user.count(":") > 1 and re.fullmatch(r"[0-9a-f:.]+", after_user, re.I):
        return ImproperlyConfigured(f"{name}: write an IPv6 address in brackets, such as [2001:db8::1].")
    return ImproperlyConfigured(
        f"{name} must look like {EXAMPLES[name]}. Percent-encode special characters in user and password"
        ' ("/" is %2F, "#" is %23, "?" is %3F, "@" is %40, "%" is %25), or leave the password out and set'
        f" {password_variable(name)} to it as it is."
    )


def _require_known(name: str, url: Url, known: list[str] | tuple[str, ...]) -> None:
    """Raise ImproperlyConfigured for parameters that aren't known."""
    unknown = sorted(url.options.keys() - set(known))
    if unknown:
        hint = f" Known ones: {', '.join(known)}." if 0 < len(known) < 10 else ""
        if BEFORE_QUERY & set(unknown):
            hint = ' Write user, password and name before the "?".'
        raise ImproperlyConfigured(f"{name} has unknown parameters: {', '.join(unknown)}.{hint}")

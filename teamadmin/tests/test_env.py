"""Values of environment variables: files, flags, numbers, lists, keys and addresses, and errors for wrong ones."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from teamadmin import env

KEY = "k3y-0123456789-abcdefghijklmnopqrstuvw"


@pytest.fixture
def set_file(tmp_path, monkeypatch):
    """A function that writes a file and sets NAME_FILE to its path."""

    def write(name: str, content: bytes) -> None:
        (tmp_path / name).write_bytes(content)
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))

    return write


def message(read, *args, **kwargs) -> str:
    with pytest.raises(ImproperlyConfigured) as error:
        read(*args, **kwargs)
    return str(error.value)


@pytest.mark.parametrize("content", [b"s3cret", b"s3cret\n", b"s3cret\r\n", b"\xef\xbb\xbfs3cret\n"])
def test_value_can_be_in_a_file(set_file, content):
    set_file("SECRET_KEY", content)
    assert env.text("SECRET_KEY") == "s3cret"


def test_password_in_a_file_keeps_its_spaces(set_file):
    set_file("DATABASE_PASSWORD", b" a/b#c \n")
    assert env.verbatim("DATABASE_PASSWORD") == " a/b#c "


def test_list_in_a_file_has_one_item_in_each_line(set_file):
    set_file("SECRET_KEY_FALLBACKS", b"one\r\n\r\ntwo,three\n")
    assert env.items("SECRET_KEY_FALLBACKS") == ["one", "two", "three"]


def test_prefixed_variables_can_be_in_files(set_file, monkeypatch):
    set_file("ANYMAIL_POSTMARK_SERVER_TOKEN", b"t0ken\n")
    monkeypatch.setenv("ANYMAIL_PROVIDER", "postmark")
    assert env.prefixed("ANYMAIL_") == {"PROVIDER": "postmark", "POSTMARK_SERVER_TOKEN": "t0ken"}


def test_prefixed_flags_are_true_or_false(set_file, monkeypatch):
    set_file("ANYMAIL_A", b"no\n")
    for name, value in {"B": "True", "C": " ", "D": "0"}.items():
        monkeypatch.setenv(f"ANYMAIL_{name}", value)
    assert env.prefixed("ANYMAIL_", {"A", "B", "C"}) == {"A": False, "B": True, "D": "0"}
    monkeypatch.setenv("ANYMAIL_B", "maybe")
    assert message(env.prefixed, "ANYMAIL_", {"B"}).startswith("ANYMAIL_B must be 1 or 0")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("password" * 8, "must have the form user:password"),
        (":" + "0123456789abcdef" * 2 + "x", "must have the form user:password"),
        ("events:short", "at least 32 random characters"),
        ("events:" + "ab" * 20, "must be random"),
    ],
)
def test_credentials_that_can_be_guessed_are_refused_without_their_value(monkeypatch, value, reason):
    monkeypatch.setenv("ANYMAIL_WEBHOOK_SECRET", value)
    text = message(env.credentials, "ANYMAIL_WEBHOOK_SECRET")
    assert reason in text and value not in text
    monkeypatch.setenv("ANYMAIL_WEBHOOK_SECRET", "events:0123456789abcdef-0123456789ABCDEF")
    assert env.credentials("ANYMAIL_WEBHOOK_SECRET") == "events:0123456789abcdef-0123456789ABCDEF"


def test_variable_and_file_are_refused_together(set_file, monkeypatch):
    set_file("SECRET_KEY", b"s3cret")
    monkeypatch.setenv("SECRET_KEY", "0ther")
    assert message(env.text, "SECRET_KEY") == "Both SECRET_KEY and SECRET_KEY_FILE are set. Set only one of them."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty."),
        (b" \n", "is empty."),
        (b"\xff\xfe", "UTF-8."),
        (b"a\0", "UTF-8."),
        (b"x" * 70_000, "than 64 KB."),
    ],
)
def test_unusable_files_are_refused_by_name(set_file, content, reason):
    set_file("SECRET_KEY", content)
    text = message(env.text, "SECRET_KEY")
    assert text.startswith("SECRET_KEY_FILE: ") and text.endswith(reason)


def test_missing_file_is_refused_by_name(monkeypatch, tmp_path):
    monkeypatch.delenv("EMAIL_URL")
    monkeypatch.setenv("EMAIL_URL_FILE", str(tmp_path / "none"))
    assert message(env.text, "EMAIL_URL") == f"EMAIL_URL_FILE: can't read {tmp_path}/none (No such file or directory)."
    monkeypatch.setenv("EMAIL_URL_FILE", str(tmp_path))
    assert message(env.text, "EMAIL_URL") == f"EMAIL_URL_FILE: can't read {tmp_path} (Is a directory)."


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("Yes", True), ("0", False), ("OFF", False), ("", True)])
def test_flag(monkeypatch, value, expected):
    monkeypatch.setenv("BEHIND_PROXY", value)
    assert env.flag("BEHIND_PROXY", True) is expected


@pytest.mark.parametrize("value", ["ja", "2", "enabled"])
def test_other_words_for_a_flag_are_refused(monkeypatch, value):
    monkeypatch.setenv("BEHIND_PROXY", value)
    assert message(env.flag, "BEHIND_PROXY") == (
        f"BEHIND_PROXY must be 1 or 0 (or true, false, yes, no, on, off), not '{value}'."
    )


@pytest.mark.parametrize("value", ["-1", "one", "1.5", "1_0", "9" * 30])
def test_numbers_out_of_range_are_refused(monkeypatch, value):
    monkeypatch.setenv("AUDIT_RETENTION_DAYS", value)
    assert message(env.number, "AUDIT_RETENTION_DAYS", 0, most=36500) == (
        f"AUDIT_RETENTION_DAYS must be a whole number from 0 to 36500, not '{value}'."
    )


def test_unknown_log_level_is_refused(monkeypatch):
    monkeypatch.setenv("LOG_LEVEL", "verbose")
    levels = "DEBUG, INFO, WARNING, ERROR, CRITICAL"
    assert message(env.choice, "LOG_LEVEL", "INFO", env.LOG_LEVELS) == (
        f"LOG_LEVEL must be one of {levels}, not 'verbose'."
    )
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert env.choice("LOG_LEVEL", "INFO", env.LOG_LEVELS) == "DEBUG"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x", "must have at least 32 random characters, preferably 50."),
        (f"{KEY},short", "must have at least 32 random characters, preferably 50."),
        ("x" * 50, "must be random. It repeats the same characters."),
        ("abcdefgh" * 8, "must be random. It repeats the same characters."),
    ],
)
def test_weak_keys_are_refused_without_showing_them(monkeypatch, value, reason):
    monkeypatch.setenv("INVITATION_KEYS", value)
    assert message(env.keys, "INVITATION_KEYS") == f"Each key in INVITATION_KEYS {reason}"


@pytest.mark.parametrize(
    "value", ["people.example", "TeamAdmin people@example.com", "A <a@b>", "a@b.com\nBcc: x@y.com"]
)
def test_sender_that_is_no_address_is_refused(monkeypatch, value):
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)
    assert message(env.sender, "DEFAULT_FROM_EMAIL", "").startswith("DEFAULT_FROM_EMAIL must be an email address, such")


@pytest.mark.parametrize("value", ["people@acme.com", "Acme, Inc. <people@acme.com>", "Ö <a@bücher.de>"])
def test_sender(monkeypatch, value):
    monkeypatch.setenv("DEFAULT_FROM_EMAIL", value)
    assert env.sender("DEFAULT_FROM_EMAIL", "") == value


@pytest.mark.parametrize("value", ["10.0.0.0/33", "intranet", "10.0.0.1/8"])
def test_what_is_no_network_is_refused(monkeypatch, value):
    monkeypatch.setenv("OUTGOING_ALLOWED_NETWORKS", f"10.20.0.0/16,{value}")
    text = message(env.networks, "OUTGOING_ALLOWED_NETWORKS")
    assert text.startswith("OUTGOING_ALLOWED_NETWORKS must list networks such as 10.20.0.0/16.") and value in text


@pytest.mark.parametrize("value", ["dns.acme.com", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:99999", "[192.0.2.53]"])
def test_what_is_no_dns_server_is_refused(monkeypatch, value):
    monkeypatch.setenv("DNS_SERVERS", f"192.0.2.53,{value}")
    text = message(env.name_servers, "DNS_SERVERS")
    assert text.startswith("DNS_SERVERS must list addresses such as") and text.endswith(f"not '{value}'.")


def test_dns_servers(monkeypatch):
    monkeypatch.setenv("DNS_SERVERS", "192.0.2.53, 192.0.2.53:5353, 2001:db8::53, [2001:db8::53]:53")
    assert len(env.name_servers("DNS_SERVERS")) == 4


@pytest.mark.parametrize(
    "value",
    ["people.acme.com", "https://", "https://a.com/path", "https://u@a.com", "https://a.com#x", "https://a.com:99999"],
)
def test_base_url_with_more_than_a_host_is_refused(monkeypatch, value):
    monkeypatch.setenv("BASE_URL", value)
    assert message(env.base_url, "BASE_URL", "") == (
        "BASE_URL must look like https://people.example.com, without a user, path or query."
    )


def test_base_url_is_an_origin(monkeypatch):
    """As browsers send it: in lower case and without a slash."""
    monkeypatch.setenv("BASE_URL", "https://People.Acme.com/")
    assert env.base_url("BASE_URL", "") == "https://people.acme.com"

"""Accounts, sign-ins and sessions."""

from django.utils.translation import gettext_lazy

from audit.descriptions.sentence import Description

SIGN_IN = {
    "user.unlocked": Description(
        gettext_lazy("Platform staff unlocked sign-in for {target}: {reason}"), "lock", "accent"
    ),
    "two_factor.reminded": Description(gettext_lazy("{actor} reminded {target} to set up 2FA"), "send", "accent"),
    "two_factor.reset": Description(gettext_lazy("{actor} reset {target}’s 2FA"), "phone", "warning"),
    "authenticator.added": Description(gettext_lazy("{target} added an authenticator app"), "phone"),
    "authenticator.replaced": Description(gettext_lazy("{target} replaced their authenticator app"), "phone"),
    "authenticator.removed": Description(gettext_lazy("{target} removed their authenticator app"), "phone", "warning"),
    "sessions.ended": Description(gettext_lazy("{actor} logged {target} out everywhere"), "log-out"),
    "sign_in.succeeded": Description(
        gettext_lazy("{target} signed in with {device}"), "key", plain=gettext_lazy("{target} signed in")
    ),
    "sign_in.new_device": Description(
        gettext_lazy("{target} signed in from a new device, {device}"),
        "laptop",
        "warning",
        gettext_lazy("{target} signed in from a new device"),
    ),
    "sign_in.failed": Description(gettext_lazy("Failed sign-in for {target}"), "x", "danger"),
    "sign_in.failed:password": Description(
        gettext_lazy("Wrong password for {target}, {count} times"),
        "x",
        "danger",
        gettext_lazy("Wrong password for {target}"),
    ),
    "sign_in.failed:second_factor": Description(
        gettext_lazy("Right password, but wrong code for {target}, {count} times"),
        "x",
        "danger",
        gettext_lazy("Right password, but wrong code for {target}"),
    ),
    "sign_in.failed:passkey": Description(
        gettext_lazy("A passkey of {target} was refused, {count} times"),
        "x",
        "danger",
        gettext_lazy("A passkey of {target} was refused"),
    ),
    "sign_in.failed:deactivated": Description(
        gettext_lazy("{target} tried to sign in {count} times, but is deactivated"),
        "ban",
        "warning",
        gettext_lazy("{target} tried to sign in, but is deactivated"),
    ),
    "sign_in.failed:single_sign_on": Description(
        gettext_lazy("{target} tried to sign in without single sign-on"), "lock", "warning"
    ),
    "sign_in.failed:limited": Description(
        gettext_lazy("Sign-in for {target} was blocked after too many failed attempts"), "lock", "danger"
    ),
    "sign_out": Description(gettext_lazy("{target} signed out"), "log-out"),
    "password.changed": Description(gettext_lazy("{target} changed their password"), "key"),
    "password.reset": Description(gettext_lazy("{target} chose a new password with an emailed link"), "key", "warning"),
    "email.change_requested": Description(gettext_lazy("{target} asked to change their email address"), "mail"),
    "email.changed": Description(gettext_lazy("{target} changed their email address"), "mail", "warning"),
    "email.restored": Description(gettext_lazy("{target} undid a change to their email address"), "mail", "success"),
    "two_factor.enabled": Description(gettext_lazy("{target} turned on 2FA"), "shield-check", "success"),
    "two_factor.disabled": Description(gettext_lazy("{target} turned off 2FA"), "shield", "warning"),
    "passkey.added": Description(
        gettext_lazy("{target} added the passkey {passkey}"),
        "passkey",
        "success",
        gettext_lazy("{target} added a passkey"),
    ),
    "passkey.renamed": Description(
        gettext_lazy("{target} renamed the passkey {from} to {passkey}"),
        "passkey",
        plain=gettext_lazy("{target} renamed a passkey"),
    ),
    "passkey.removed": Description(
        gettext_lazy("{target} removed the passkey {passkey}"),
        "passkey",
        "warning",
        gettext_lazy("{target} removed a passkey"),
    ),
    "backup_code.used": Description(
        gettext_lazy("{target} used a backup code, {left} left"),
        "key",
        "warning",
        gettext_lazy("{target} used a backup code"),
    ),
    "backup_codes.generated": Description(gettext_lazy("{target} generated new backup codes"), "refresh"),
    "browser.remembered": Description(
        gettext_lazy("{target} chose to remember {device} for 30 days"),
        "laptop",
        plain=gettext_lazy("{target} chose to remember a device for 30 days"),
    ),
    "browsers.forgotten": Description(
        gettext_lazy("{target} forgot the remembered device {device}"),
        "laptop",
        plain=gettext_lazy("{target} forgot all remembered devices"),
    ),
    "session.ended": Description(
        gettext_lazy("{target} logged out {device}"), "log-out", plain=gettext_lazy("{target} logged out a session")
    ),
    "session.ended:by_other": Description(
        gettext_lazy("{actor} logged {target} out of {device}"),
        "log-out",
        plain=gettext_lazy("{actor} logged {target} out of a session"),
    ),
    "sessions.ended_by_user": Description(gettext_lazy("{target} logged out all other sessions"), "log-out"),
    "sessions.ended_by_admin": Description(
        gettext_lazy("{actor} logged {target} out of {organization}"),
        "log-out",
        plain=gettext_lazy("{actor} logged {target} out"),
    ),
    "account.secured": Description(
        gettext_lazy("{target} reported activity that wasn’t theirs, and was signed out everywhere"),
        "alert",
        "danger",
    ),
    "user.created": Description(gettext_lazy("{target}’s account was created"), "key"),
    "user.deleted": Description(gettext_lazy("{target}’s account was deleted with their last organization"), "trash"),
    "user.picture_changed": Description(gettext_lazy("{target} changed their picture"), "user"),
    "user.picture_removed": Description(gettext_lazy("{target} removed their picture"), "user"),
    "user.renamed": Description(gettext_lazy("{target} changed their profile name"), "pencil"),
}

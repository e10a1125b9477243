"""Every place in the product that can open a session, with the reason why it may.

A new way to sign in needs a line here, a case in test_ways_to_a_session.py, and accounts.services.sign_in().
"""

# Names of functions that open a session, or lead to one, in Django, allauth, django_otp and this product.
# A login stage's exit() goes on with the sign-in.
OPENERS = {
    "alogin", "auth_login", "complete_login", "complete_signup", "complete_social_login", "exit", "force_login",
    "login", "otp_login", "perform_login", "perform_password_login", "resume_login", "sign_in",
}  # fmt: skip
# Keys of a signed-in session.
KEYS = {"BACKEND_SESSION_KEY", "HASH_SESSION_KEY", "SESSION_KEY"}

# (file, function, what it calls): why.
CODE = {
    ("accounts/services/sign_in.py", "sign_in", "perform_login"): "the one way: asks the rule, then the stages",
    ("accounts/adapters.py", "login", "login"): "the end of every way: super().login(), after all stages",
    ("invitations/views/accept.py", "_accept_new_user", "sign_in"): "the invitation's email proves the address",
    ("provisioning/sso/sign_in.py", "open_session", "sign_in"): "the identity provider’s answer was checked",
    ("accounts/views/second_factor.py", "_go_on", "exit"): "the second factor was checked; goes on with the sign-in",
    ("accounts/views/passkey_ceremonies.py", "passkey_sign_in", "sign_in"): "the passkey was checked",
    ("accounts/views/passkey_ceremonies.py", "passkey_second_factor", "exit"): "the passkey was checked",
}
# (file, function, key): reads of the keys.
READS = {
    ("accounts/sessions.py", "create_model_instance", "SESSION_KEY"): "stores whose session it is",
    ("accounts/queries/sessions.py", "list_open_sessions", "HASH_SESSION_KEY"): "leaves out ended sessions",
    ("invitations/views/wizard_access.py", "*", "SESSION_KEY"): "the wizard's own key, of the same name",
}

# Views of other packages with a URL here, and what they do to a session.
LIBRARY_VIEWS = {
    "account_login": "signs in with a password, through the adapter and its stages",
    "account_logout": "ends the session",
    "account_inactive": "a page",
    "account_signup": "closed: AccountAdapter.is_open_for_signup()",
    "account_reauthenticate": "needs a session",
    "account_email_verification_sent": "a page",
    "account_change_password": "needs a session",
    "account_set_password": "needs a session",
    "account_reset_password": "sends an email; opens no session",
    "account_reset_password_done": "a page",
    "account_reset_password_from_key": "sets a password; opens no session (ACCOUNT_LOGIN_ON_PASSWORD_RESET)",
    "account_reset_password_from_key_done": "a page",
    "account_confirm_login_code": "off: redirects to sign in (ACCOUNT_LOGIN_BY_CODE_ENABLED)",
    "account_confirm_email": "opens no session (ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION)",
}
# Answered by teamadmin.errors.page_not_found, which comes first.
CLOSED_VIEWS = {
    "account_email", "account_request_reauthentication_code", "account_confirm_reauthentication_code",
}  # fmt: skip

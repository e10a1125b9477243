"""Identity providers: single sign-on (sso/), SCIM 2.0 (scim/), verified domains and setup links."""

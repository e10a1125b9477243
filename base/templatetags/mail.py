"""Template filter for the plain-text part of emails."""

from django import template

from base.mail import quote_text

register = template.Library()
register.filter("quoted", quote_text)

"""Filters for the plain part of a mail."""

from django import template

from base.mail import quoted

register = template.Library()
register.filter("quoted", quoted)

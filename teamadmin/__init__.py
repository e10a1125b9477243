"""The project.

scim2_server is imported first. The models of SCIM read their source for the descriptions in /scim/v2/Schemas, and for
each class Python then looks through all modules that are loaded. After Django and the apps, a process takes 3.2 s of
CPU to start. If they come first, it takes 2.1 s.
"""

# ruff: noqa: I001
import scim2_server.handler  # noqa: F401

from teamadmin.celery import app as celery_app

__all__ = ["celery_app"]

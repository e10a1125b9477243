#!/usr/bin/env python
"""Django's command line for TeamAdmin."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "teamadmin.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from teamadmin import startup

    try:
        with startup.refuse_wrong_settings():
            execute_from_command_line(sys.argv)
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        startup.refuse(f"The database can't be used: {error}")


if __name__ == "__main__":
    main()

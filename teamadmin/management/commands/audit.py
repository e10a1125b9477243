"""manage.py audit verify: check that no one has changed the audit log."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.queries import Report, verify, verify_all
from organizations.models import Organization


class Command(BaseCommand):
    help = (
        "Check the audit log against its signatures. Names every entry that was changed, deleted, inserted or moved"
        " since it was written, one per line, and exits with status 1 if there is any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        check = commands.add_parser("verify", help="check all entries")
        check.add_argument("--organization", metavar="SLUG", help="only this organization's entries")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line per finding, and one per organization. Raises CommandError if anything is wrong."""
        names = dict(Organization.objects.values_list("pk", "slug"))
        findings = 0
        for report in self._reports(options["organization"]):
            findings += len(report.findings)
            self._print(report, names.get(report.organization_id) if report.organization_id else "no organization")
        if findings:
            raise CommandError(f"The audit log has been tampered with: {findings} findings.")
        self.stdout.write("The audit log is intact.")

    def _reports(self, slug: str | None):
        if not slug:
            return verify_all()
        organization = Organization.objects.filter(slug=slug).first()
        if organization is None:
            raise CommandError(f"There is no organization with the slug {slug}.")
        return [verify(organization.pk)]

    def _print(self, report: Report, name: str | None) -> None:
        name = name or f"deleted organization {report.organization_id}"
        for finding in report.findings:
            self.stdout.write(f"{name}: {finding.text}")
        waiting = f", {report.unsealed} not sealed yet" if report.unsealed else ""
        end = f", last entry {report.sequence} with hash {report.hash}" if report.sequence else ""
        self.stdout.write(f"{name}: {report.checked} entries checked{waiting}{end}")

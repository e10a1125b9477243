"""Two web processes, two workers and beat as docker-compose.yml starts them, behind its proxy, in production settings.

The main job works, and a release can replace one process after the other while people work.
"""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from audit.models import Entry
from organizations.models import Group, Membership, Status
from outbox.models import OutgoingEmail, State
from teamadmin.testing import nginx, stack
from teamadmin.testing.mailserver import MailServer
from teamadmin.testing.processes import wait_until
from teamadmin.testing.visitor import Visitor

PASSWORD = "a long walk along the river"  # noqa: S105
PER_SECOND = 20
USERS, GROUPS = "/o/acme/users/", "/o/acme/groups/"


@pytest.fixture
def running(transactional_db, mail_server, tmp_path):
    """The stack and a visitor."""
    if not nginx.ensure():
        pytest.skip("nginx isn't installed, and can't be installed here")
    with stack.running(tmp_path, mail_server.url) as pair:
        yield pair


def create_first_admin(running: stack.Stack, visitor: Visitor) -> None:
    """Do what docs/operating.md says: the command prints a link, and the Admin chooses a password."""
    printed = running.manage(
        "create_organization", "Acme", "olga@acme.example", "--first-name", "Olga", "--last-name", "Berg"
    )
    visitor.open(printed.split()[-1])
    visitor.submit("Save password", password1=PASSWORD, password2=PASSWORD)


def sign_in(visitor: Visitor) -> None:
    visitor.open("/accounts/login/").submit("Sign in", login="olga@acme.example", password=PASSWORD)
    visitor.open("/o/acme/").submit("Get started")


def invite(visitor: Visitor, *names: str) -> None:
    """Invite Builders with these first names, with the Add User flow."""
    visitor.open(f"{USERS}add/")
    form, _ = visitor.button("Continue")
    (builder,) = [each.get("value") for each in form.inputs["role"] if each.text_content().startswith("Builder")]
    people = {
        "first_name": list(names),
        "last_name": ["Osei"] * len(names),
        "email": [f"{name.lower()}@acme.example" for name in names],
    }
    visitor.submit("Continue", role=builder, **people).submit("Done")
    sent = f"{len(names)} invitation{'s' * (len(names) > 1)} sent"
    assert sent in visitor.text, visitor.text


def accept(visitor: Visitor, mail_server: MailServer, address: str) -> None:
    """Open the link that was emailed, and set a password."""
    (email,) = [each for each in mail_server.messages if each.recipients == [address]]
    link = re.search(r"https://\S+/invitations/\S+", email.message.get_body(("plain",)).get_content())
    visitor.open(link.group()).submit("Accept invitation", password=PASSWORD)


class Load:
    """People who work at the same time, together at PER_SECOND requests, until stop()."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.seconds: list[float] = []
        self.problems: list[str] = []
        self.next_at = time.monotonic()
        self.threads: list[threading.Thread] = []

    def start(self, work: Callable[[Visitor, int], object]) -> None:
        """Call work(visitor, 0), work(visitor, 1) and so on."""
        visitor = self.visitor.copy()
        visitor.session.hooks["response"].append(self._record)
        thread = threading.Thread(target=self._run, args=[work, visitor])
        self.threads.append(thread)
        thread.start()

    def _run(self, work: Callable[[Visitor, int], object], visitor: Visitor) -> None:
        number = 0
        while not self.stopping.is_set():
            try:
                work(visitor, number)
            except Exception as error:
                self.problems.append(f"{time.strftime('%H:%M:%S')} {work.__name__} {number}: {error!r}")
            number += 1

    def _record(self, response, **options: object) -> None:
        """Note how long a request took, and wait for the next one's turn."""
        with self.lock:
            self.seconds.append(response.elapsed.total_seconds())
            now = time.monotonic()
            self.next_at = max(self.next_at + 1 / PER_SECOND, now)
            wait = self.next_at - now
        time.sleep(wait)

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()


class Work:
    """What people do meanwhile, and what the server confirmed to them."""

    def __init__(self, pending: list[Membership], group: Group) -> None:
        self.pending, self.group = pending, group
        self.invited: list[str] = []
        self.added: list[str] = []
        self.resent: list[Membership] = []
        self.names: list[str] = []

    def read(self, visitor: Visitor, number: int) -> None:
        visitor.open([USERS, GROUPS, "/o/acme/", "/o/acme/users/pending/"][number % 4])

    def invite(self, visitor: Visitor, number: int) -> None:
        invite(visitor, f"New{number}")
        self.invited.append(f"new{number}@acme.example")

    def add_group(self, visitor: Visitor, number: int) -> None:
        visitor.open(f"{GROUPS}new/").submit("Create group", name=f"Added {number}")
        self.added.append(f"Added {number}")

    def rename_group(self, visitor: Visitor, number: int) -> None:
        visitor.open(f"{GROUPS}{self.group.pk}/details/").submit("Save changes", name=f"Renamed {number}")
        self.names.append(f"Renamed {number}")

    def resend(self, visitor: Visitor, number: int) -> None:
        if number < len(self.pending):
            visitor.open(f"{USERS}{self.pending[number].pk}/invitation/").submit("Resend invite")
            self.resent.append(self.pending[number])
        else:
            self.read(visitor, number)

    def check_database(self) -> None:
        """Every change that was confirmed is there once, and none that wasn't."""
        names = Group.objects.values_list("name", flat=True)
        assert sorted(names) == sorted([*self.added, self.names[-1]])
        renamed = Entry.objects.filter(action="group.renamed", target_id=self.group.pk).count()
        assert renamed == len(self.names)
        new = Membership.objects.filter(first_name__startswith="New").values_list("email", flat=True)
        assert sorted(new) == sorted(self.invited)

    def check_emails(self, mail_server: MailServer) -> None:
        """Every email was sent, and none twice."""
        unfinished = OutgoingEmail.objects.exclude(state=State.SENT)
        wait_until(lambda: not unfinished.exists(), 90, lambda: str(list(unfinished.values("key", "state"))))
        ids = Counter(each.message["Message-ID"] for each in mail_server.messages)
        assert set(ids) == set(OutgoingEmail.objects.values_list("message_id", flat=True))
        assert set(ids.values()) == {1}
        received = Counter(each.recipients[0] for each in mail_server.messages)
        assert all(received[address] == 1 for address in self.invited)
        assert all(received[member.email] == 2 for member in self.resent)


def test_rolling_restart(running, mail_server, capsys):
    services, visitor = running
    create_first_admin(services, visitor)
    sign_in(visitor)
    names = [f"Old{number}" for number in range(20)]
    invite(visitor, "Ada", *names)
    mail_server.wait_for(len(names) + 2, 90)  # and one about the password
    accept(Visitor(visitor.url, visitor.certificate), mail_server, "ada@acme.example")
    assert "Ada Osei" in visitor.open(f"{USERS}?status=active").text
    visitor.open(f"{GROUPS}new/").submit("Create group", name="Renamed")

    pending = Membership.objects.filter(status=Status.INVITED).order_by("email")
    work, load = Work(list(pending), Group.objects.get()), Load(visitor)
    for job in (work.read, work.read, work.invite, work.add_group, work.rename_group, work.resend):
        load.start(job)
    began = time.monotonic()
    try:
        stops = {name: services.restart(name) for name in stack.SERVICES}
    finally:
        load.stop()
    rate = len(load.seconds) / (time.monotonic() - began)
    with capsys.disabled():
        print(f"\n{len(load.seconds)} requests, {rate:.1f} a second, the slowest took {max(load.seconds):.2f} s.")  # noqa: T201
        print({name: len(done) for name, done in vars(work).items() if isinstance(done, list)})  # noqa: T201
        print("Seconds to stop:", ", ".join(f"{name} {seconds:.1f}" for name, seconds in stops.items()))  # noqa: T201
    assert not load.problems, "\n".join(load.problems[:20])
    work.check_database()
    work.check_emails(mail_server)
    assert "Traceback" not in services.output()

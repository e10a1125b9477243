"""The demo's people, groups, projects and invitations, as tables. teamadmin.demo.seed turns them into rows."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.base import ContentFile

from organizations.models import Scheme
from teamadmin.demo import logos

PASSWORD = "correct-horse-battery"  # noqa: S105 - published on purpose
# The key of every authenticator app of the demo, to type into your own app. Published on purpose.
AUTHENTICATOR_KEY = "TEAMADMINDEMOSECRETTEAMADMINDEMO"


@dataclass(frozen=True)
class InvitationBatch:
    """People invited together `days_ago` by the member with the email address `invited_by`.

    A person is "First, Last, email". Batches sent over 30 days ago have expired.
    """

    days_ago: int
    invited_by: str
    roles: tuple[str, ...]
    people: tuple[str, ...]
    groups: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Company:
    """One demo organization.

    `members` has a line for each person who joined: first name | last name | email | roles | groups | direct projects |
    state. Lists are separated by commas. The first line is the founder.
    """

    name: str
    slug: str
    scheme: Scheme
    logo: Callable[[], ContentFile]
    groups: dict[str, tuple[str, ...]]
    projects: tuple[str, ...]
    members: str
    batches: tuple[InvitationBatch, ...]


ACME = Company(
    name="Acme",
    slug="acme",
    scheme=Scheme.RANKED,
    logo=logos.acme,
    groups={
        "Leadership": ("Annual plan", "Forecasting"),
        "Platform engineering": ("Customer portal", "Billing engine", "Mobile app"),
        "Data": ("Data warehouse", "Forecasting"),
        "Marketing": ("Website relaunch", "Partner program", "Brand library"),
        "Field operations": ("Warehouse rollout", "Quality checks"),
        "Support": ("Support desk", "Customer portal"),
    },
    projects=(
        "Annual plan", "Billing engine", "Brand library", "Customer portal", "Data warehouse", "Forecasting",
        "Mobile app", "Partner program", "Quality checks", "Support desk", "Warehouse rollout", "Website relaunch",
    ),
    members="""
Olga | Marchenko | olga@acme.example | admin | Leadership | |
Max | Brandt | max@acme.example | manager | Leadership, Marketing | |
Bo | Lindqvist | bo@acme.example | builder | Platform engineering | Brand library |
Opal | Adeyemi | opal@acme.example | operator | Field operations, Support | |
Ines | Carvalho | ines.carvalho@acme.example | admin | Leadership | |
Kenji | Watanabe | kenji.watanabe@acme.example | manager | Data | |
Amara | Okafor | amara.okafor@acme.example | manager | Field operations | |
Priya | Raghunathan | priya.raghunathan@acme.example | manager | Support | |
Tomasz | Wieczorek | tomasz.wieczorek@acme.example | builder | Platform engineering | |
Sofía | Marín Iglesias | sofia.marin@acme.example | builder | Platform engineering, Data | |
Hannah | Baumgartner | hannah.baumgartner@acme.example | builder | Marketing | Mobile app |
Mei-Ling | Chen | mei-ling.chen@acme.example | builder | Data | |
Yusuf | Demir | yusuf.demir@acme.example | builder | Platform engineering | |
Søren | Kjærgaard | soren.kjaergaard@acme.example | builder | Data | Quality checks |
Nguyễn | Thị Hương | huong.nguyen@acme.example | builder | Marketing | |
Björk | Jónsdóttir | bjork.jonsdottir@acme.example | builder | Platform engineering | |
Lucas | Almeida da Silva | lucas.almeida@acme.example | builder | Platform engineering | Support desk |
Fatima | El Amrani | fatima.elamrani@acme.example | builder | Marketing | |
Dmytro | Shevchuk | dmytro.shevchuk@acme.example | builder | Data | |
Aoife | Ní Bhriain | aoife.nibhriain@acme.example | builder | Platform engineering, Support | |
娜 | 李 | li.na@acme.example | builder | Data | Forecasting |
Zsófia | Szűcs | zsofia.szucs@acme.example | builder | Marketing | |
Ravi | Subramaniam | ravi.subramaniam@acme.example | builder | Platform engineering | |
Chidi | Nwosu | chidi.nwosu@acme.example | builder | Field operations | Annual plan |
Elena | Papadopoulou | elena.papadopoulou@acme.example | builder | Data | |
Łukasz | Żurawski | lukasz.zurawski@acme.example | builder | Platform engineering | |
Camille | Lefèvre | camille.lefevre@acme.example | operator | Marketing | |
Ngozi | Eze | ngozi.eze@acme.example | operator | Field operations | |
Mateo | Quispe | mateo.quispe@acme.example | operator | Field operations | |
Sāra | Ozoliņa | sara.ozolina@acme.example | operator | Support | |
Daniel | O’Connor | daniel.oconnor@acme.example | operator | Support | |
Aylin | Yıldız | aylin.yildiz@acme.example | operator | Field operations | |
Pieter | van der Merwe | pieter.vandermerwe@acme.example | operator | Field operations | Customer portal |
Noor | Haddad | noor.haddad@acme.example | operator | Support | |
Jiří | Dvořák | jiri.dvorak@acme.example | operator | Support | |
Leilani | Kahale | leilani.kahale@acme.example | operator | Field operations | |
Óscar | Fuentes | oscar.fuentes@acme.example | operator | Field operations | |
Minh Anh | Trần | minhanh.tran@acme.example | operator | Support | |
Ada | Kowalczyk | ada.kowalczyk@acme.example | operator | Marketing | |
Samuel | Tetteh | samuel.tetteh@acme.example | operator | Field operations | |
Ulla-Maija | Virtanen | ulla-maija.virtanen@acme.example | operator | Support | |
Gareth | Llewellyn | gareth.llewellyn@acme.example | operator | | Warehouse rollout |
علي | حسن | ali.hassan@acme.example | operator | Field operations | |
Roos | de Wit | roos.dewit@acme.example | operator | | |
Anton | Petrov | anton.petrov@acme.example | builder | Platform engineering | | deactivated
Beatriz | Nogueira | beatriz.nogueira@acme.example | operator | Support | | deactivated
Carl | Ahlström | carl.ahlstrom@acme.example | manager | Marketing | | deactivated
Deepa | Iyer | deepa.iyer@acme.example | operator | Field operations | | deactivated
""",
    batches=(
        InvitationBatch(
            1, "olga@acme.example", ("builder",),
            (
                "Marguerite, Delacroix, marguerite.delacroix@acme.example",
                "Kofi, Mensah, kofi.mensah@acme.example",
                "Ingrid, Solberg, ingrid.solberg@acme.example",
            ),
            groups=("Platform engineering",), projects=("Website relaunch",),
            reason="Welcome to the portal team.\nWe start with the sign-up flow on Monday; the project has the notes.",
        ),
        InvitationBatch(
            9, "max@acme.example", ("operator",),
            (
                "Hiroko, Tanaka, hiroko.tanaka@acme.example",
                "Bogdan, Ionescu, bogdan.ionescu@acme.example",
            ),
            groups=("Field operations",),
        ),
        InvitationBatch(
            18, "olga@acme.example", ("manager",), ("Wanjiru, Kamau, wanjiru.kamau@acme.example",),
            groups=("Support",), reason="You take over Support in the second half of the year.",
        ),
        InvitationBatch(
            26, "max@acme.example", ("builder",),
            (
                "Rafael, Ortega Peña, rafael.ortega@acme.example",
                "Saoirse, Byrne, saoirse.byrne@acme.example",
            ),
            groups=("Data",),
        ),
        InvitationBatch(
            29, "olga@acme.example", ("operator",), ("Tuấn, Lê, tuan.le@acme.example",),
            projects=("Quality checks",),
        ),
        InvitationBatch(
            36, "max@acme.example", ("operator",),
            (
                "Florian, Egger, florian.egger@acme.example",
                "Halima, Yusupova, halima.yusupova@acme.example",
            ),
            groups=("Support",), reason="Please join before the training week.",
        ),
        InvitationBatch(
            58, "olga@acme.example", ("builder",), ("Teodor, Vasilev, teodor.vasilev@acme.example",),
            groups=("Data",),
        ),
    ),
)  # fmt: skip

GLOBEX = Company(
    name="Globex",
    slug="globex",
    scheme=Scheme.TASK,
    logo=logos.globex,
    groups={"Data team": ("Sales lake", "Clickstream"), "Finance": ("Revenue reports",)},
    projects=("Clickstream", "Machine telemetry", "Revenue reports", "Sales lake"),
    members="""
Tess | Vandenberghe | tess@globex.example | admin | Data team | |
Olga | Marchenko | olga@acme.example | read_only | | Revenue reports |
Hugo | Bergström | hugo.bergstrom@globex.example | data_admin | Data team | |
Nadia | Benali | nadia.benali@globex.example | data_admin, sub_accounts | Data team | |
Arjun | Mehta | arjun.mehta@globex.example | data_admin | Data team | Machine telemetry |
Clara | Schuster | clara.schuster@globex.example | team_management | | |
Ibrahim | Diallo | ibrahim.diallo@globex.example | team_management, read_only | Finance | |
Giulia | Ferraro | giulia.ferraro@globex.example | billing | | |
Wei | Zhang | wei.zhang@globex.example | read_only | Data team | |
Maren | Holm | maren.holm@globex.example | read_only, billing | Finance | |
Paulo | Teixeira | paulo.teixeira@globex.example | sub_accounts | | |
Rosa | Delgado | rosa.delgado@globex.example | read_only | Finance | | deactivated
""",
    batches=(
        InvitationBatch(
            4, "tess@globex.example", ("data_admin",),
            ("Emil, Novák, emil.novak@globex.example", "Thandiwe, Dlamini, thandiwe.dlamini@globex.example"),
            groups=("Data team",), reason="We need you on the clickstream before the launch.",
        ),
        InvitationBatch(40, "tess@globex.example", ("read_only",), ("Viktor, Hansen, viktor.hansen@globex.example",)),
    ),
)  # fmt: skip

# Requires two-factor authentication of everyone (extras.TWO_FACTOR_RULES).
INITECH = Company(
    name="Initech",
    slug="initech",
    scheme=Scheme.RANKED,
    logo=logos.initech,
    groups={"Auditors": ("Ledger review",)},
    projects=("Ledger review", "Vault migration"),
    members="""
Ruben | Castro | ruben@initech.example | admin | Auditors | |
Ines | Carvalho | ines.carvalho@acme.example | manager | Auditors | |
Kenji | Watanabe | kenji.watanabe@acme.example | builder | Auditors | |
Priya | Raghunathan | priya.raghunathan@acme.example | builder | Auditors | Vault migration |
Lena | Fischer | lena.fischer@initech.example | operator | | Vault migration |
""",
    batches=(),
)

COMPANIES = (ACME, GLOBEX, INITECH)
SIGN_INS = (
    ("olga@acme.example", "Admin"),
    ("max@acme.example", "Manager"),
    ("bo@acme.example", "Builder"),
    ("opal@acme.example", "Operator"),
    ("tess@globex.example", "Admin of Globex"),
    ("ines.carvalho@acme.example", "Admin, with an authenticator app"),
    ("ruben@initech.example", "Admin of Initech, which requires two-factor authentication"),
)

"""Brands: the look of an organization, or the platform, in emails and on pages (A-2)."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from base.colors import Shades, dark_shades, light_shades
from base.pictures import logo_png, platform_png

# The platform's own colors in emails. Its pages use those of static/css/tokens.css.
PLATFORM_LIGHT = Shades("#2a5bdc", "#ffffff", "#2a5bdc", "#eaf1ff")
PLATFORM_DARK = Shades("#2a5bdc", "#ffffff", "#a3b8fb", "#1c2a49")
# The path segment of the platform's stylesheet, in place of a color.
PLATFORM = "platform"


@dataclass(frozen=True)
class Brand:
    """A brand. Without `organization`, the platform's own.

    `color` is "#rrggbb", or "" for the platform's colors. `from_name` and `reply_to` may be "".
    """

    organization: str = ""
    platform_name: str = ""
    color: str = ""
    from_name: str = ""
    reply_to: str = ""
    logo: FieldFile | None = None

    @property
    def sender_name(self) -> str:
        """The From name: the one that is set, otherwise "Acme via TeamAdmin" or the platform's name."""
        if not self.organization:
            return self.platform_name
        names = {"organization": self.organization, "platform": self.platform_name}
        return self.from_name or _("%(organization)s via %(platform)s") % names

    @property
    def has_own_name(self) -> bool:
        """Whether the organization has its own name for the platform."""
        return self.platform_name != settings.PLATFORM_NAME

    @property
    def light(self) -> Shades:
        return light_shades(self.color) if self.color else PLATFORM_LIGHT

    @property
    def dark(self) -> Shades:
        return dark_shades(self.color) if self.color else PLATFORM_DARK

    @cached_property
    def logo_png(self) -> bytes:
        """The logo for emails, a small PNG: the uploaded picture, the organization's initial, or the platform's."""
        return logo_png(self.organization, self.logo) if self.organization else platform_png()

    @property
    def stylesheet_url(self) -> str:
        """The URL of the stylesheet for pages, "" for the platform's brand."""
        return stylesheet_url("app", self.color) if self.color else ""

    @property
    def preview_url(self) -> str:
        """The URL of the stylesheet for previews of this brand on a page in another brand."""
        return stylesheet_url("preview", self.color)


def platform_brand() -> Brand:
    """Return the platform's own brand."""
    return Brand(platform_name=settings.PLATFORM_NAME)


def brand_of_page(request: HttpRequest) -> Brand:
    """Return the brand set by set_page_brand(), otherwise the platform's."""
    return getattr(request, "brand", None) or platform_brand()


def set_page_brand(request: HttpRequest, brand: Brand) -> None:
    """Set the brand of the request's page. Pages inside an organization already have its brand."""
    request.brand = brand  # type: ignore[attr-defined]


def _properties(shades: Shades) -> str:
    return f"--brand:{shades.background};--brand-ink:{shades.ink}"


def _app_css(light: Shades, dark: Shades) -> str:
    values = {
        "--brand": (light.background, dark.background),
        "--brand-ink": (light.ink, dark.ink),
        "--accent-text": (light.text, dark.text),
        "--accent-soft": (light.soft, dark.soft),
    }
    rules = [f"{name}:light-dark({first},{second})" for name, (first, second) in values.items()]
    rules += ["--accent:var(--brand)", "--accent-ink:var(--brand-ink)", "--focus:var(--brand)"]
    # The platform's own mark keeps its color.
    return f":root{{{';'.join(rules)}}}\nsvg.logo{{--accent:{PLATFORM_LIGHT.background}}}\n"


def _preview_css(light: Shades, dark: Shades) -> str:
    lines = []
    for theme, shades in (("light", light), ("dark", dark)):
        lines.append(f".preview:not(.platform)[data-theme={theme}]{{{_properties(shades)}}}")
        lines.append(f".brand-{theme}{{background:{shades.background};color:{shades.ink}}}")
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=1024)
def stylesheet(kind: str, color: str) -> str:
    """Return the CSS for a color from parse_color(), or "" for the platform's color. `kind` is "app" or "preview"."""
    brand = Brand(color=color)
    return {"app": _app_css, "preview": _preview_css}[kind](brand.light, brand.dark)


def stylesheet_digest(kind: str, color: str) -> str:
    """Return a digest of the CSS for the URL, so that caches can keep the stylesheet forever."""
    return sha256(stylesheet(kind, color).encode()).hexdigest()[:16]


def stylesheet_url(kind: str, color: str) -> str:
    """Return the stylesheet's URL. It depends only on the color, not on the organization."""
    segment = color.removeprefix("#") or PLATFORM
    return reverse("brand_stylesheet", args=[kind, segment, stylesheet_digest(kind, color)])

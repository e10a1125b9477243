"""Parts of pages that come out the same for the same facts, rendered once: {% kept "frame" key %}...{% endkept %}.

The key holds every fact that is shown; language and name of the part are added to it (base.keeping).
"""

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from base.keeping import TOKEN, Kept, fill

register = template.Library()
PARTS = Kept(512)


class KeptNode(template.Node):
    """What stands between the tags, or what it gave before for the same key."""

    def __init__(self, name: str, key: template.base.FilterExpression, nodelist: template.NodeList) -> None:
        self.name, self.key, self.nodelist = name, key, nodelist

    def render(self, context: template.Context) -> SafeString:
        key = (self.name, get_language(), self.key.resolve(context))
        piece = PARTS.get(key, lambda: self._write(context))
        # Inside of something that is kept itself, the token stays a mark.
        return mark_safe(piece) if context.get("csrf_token") == TOKEN else fill(piece, context["request"])

    def _write(self, context: template.Context) -> str:
        with context.push(csrf_token=TOKEN):
            return self.nodelist.render(context)


@register.tag
def kept(parser: template.base.Parser, token: template.base.Token) -> KeptNode:
    """{% kept "name" key %}: the key is a tuple of all that the part shows."""
    _tag, name, key = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name.strip('"'), parser.compile_filter(key), nodelist)

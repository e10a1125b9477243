"""Parts of pages that come out the same for the same facts, rendered once: {% kept "frame" key %}...{% endkept %}.

The key holds every fact that is shown, so nothing is ever out of date; language and name of the part are added to it.
Form tokens, which differ by request, are put in afterwards. In this process's memory: a few hundred parts, then anew.
"""

from django import template
from django.middleware.csrf import get_token
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()
LIMIT = 512
TOKEN = "{token of the request}"  # noqa: S105
_kept: dict[tuple, str] = {}


class KeptNode(template.Node):
    """What stands between the tags, or what it gave before for the same key."""

    def __init__(self, name: str, key: template.base.FilterExpression, nodelist: template.NodeList) -> None:
        self.name, self.key, self.nodelist = name, key, nodelist

    def render(self, context: template.Context) -> SafeString:
        key = (self.name, get_language(), self.key.resolve(context))
        found = _kept.get(key)
        if found is None:
            with context.push(csrf_token=TOKEN):
                found = self.nodelist.render(context)
            if len(_kept) >= LIMIT:
                _kept.clear()
            _kept[key] = found
        if TOKEN in found:
            found = found.replace(TOKEN, get_token(context["request"]))
        return mark_safe(found)


@register.tag
def kept(parser: template.base.Parser, token: template.base.Token) -> KeptNode:
    """{% kept "name" key %}: the key is a tuple of all that the part shows."""
    _tag, name, key = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name.strip('"'), parser.compile_filter(key), nodelist)

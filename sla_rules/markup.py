"""HTML from templates: every value is escaped, and a name that a template asks for and nobody gives is an error."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def render(template: str, **values: object) -> str:
    """Return the HTML of one of the templates in `sla_rules/templates`.

    Args:
        template: the name of its file.
        values: what it asks for, by name. Text is escaped; only `markupsafe.Markup` goes in as it is.
    """
    return _templates().get_template(template).render(values)


@cache
def _templates() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("sla_rules", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

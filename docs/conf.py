"""How the site is made of these pages: `make docs`, without any network.

The pages are plain Markdown, to be read on a code host too. So nothing in them is written for the site alone: the
contents come from the tables of `index.md`, and links that lead out of this folder are turned here.
"""

import re
from importlib import import_module
from os.path import normpath, relpath
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms import SphinxTransform
from sphinx.util.typing import ExtensionMetadata

import sla_rules

DOCS = Path(__file__).parent
ROOT = DOCS.parent
INCLUDED = {
    "README.md": "project/readme",
    "CHANGELOG.md": "project/changelog",
    "CONTRIBUTING.md": "project/contributing",
    "examples/README.md": "project/examples",
    "examples/servicenow/README.md": "project/servicenow",
    "examples/webhook/README.md": "project/webhook",
}
"""Pages from outside of this folder, by what is shown of them here; a link to a folder goes to its README."""

project = "sla-rules"
version = release = sla_rules.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = f"sla-rules {release}"
html_static_path = ["static"]
html_css_files, html_js_files = ["site.css"], ["site.js"]
html_show_copyright = html_show_sphinx = html_copy_source = False
# Blocks without a language are commands and what is printed.
highlight_language = "text"
myst_heading_anchors = 4

autodoc_member_order = "bysource"
python_maximum_signature_line_length = 90
napoleon_use_ivar = True
# Types of other libraries, which only the network could link to, and our own that are not part of the public surface.
nitpick_ignore_regex = [("py:.*", r"(?!sla_rules\.\w+$).*")]


class LinksOutward(SphinxTransform):
    """Turns links that lead out of this folder: to a page that is included, or to a copy of the file.

    With `-D repository=ADDRESS` (of the files of one version on a code host) files are linked there.
    """

    default_priority = 200

    def apply(self) -> None:
        """Turn the links of one page."""
        links = [*self.document.findall(addnodes.pending_xref), *self.document.findall(addnodes.download_reference)]
        for link in links:
            if link.get("reftype") == "myst" and link["reftarget"] not in self.env.found_docs:
                self._turn(link)

    def _turn(self, link: nodes.Element) -> None:
        path, _, anchor = link["reftarget"].partition("#")
        if link.get("refdomain") == "doc":  # a Markdown file, named as if it were one of the pages
            path, anchor = f"{path}.md", link.get("reftargetid")
        target = Path(link.source or self.document["source"]).parent / path
        if not path or not target.exists():
            return
        known = {"refdoc": self.env.docname, "reftype": "myst", "refexplicit": True}
        if page := page_of(target, self.env):
            turned = addnodes.pending_xref("", refdomain="doc", reftarget=page, reftargetid=anchor or None, **known)
        elif self.config.repository:
            turned = nodes.reference("", "", refuri=f"{self.config.repository}/{relpath(target, ROOT)}")
        else:
            copied = relpath(target, Path(self.env.doc2path(self.env.docname)).parent)
            turned = addnodes.download_reference("", reftarget=copied, **known)
        turned.source, turned.line = link.source, link.line
        turned += link.children
        link.replace_self(turned)


def add_contents(app: Sphinx, docname: str, source: list[str]) -> None:
    """Make the contents of the site from the tables of its `index` pages: a part a heading, a page a row."""
    folder, _, name = docname.rpartition("/")
    if name != "index":
        return
    before, *parts = re.split(r"^## (.+)$", source[0], flags=re.M)
    for caption, text in zip(["", *parts[::2]], [before, *parts[1::2]], strict=True):
        rows = re.findall(r"^\| \[([^]]+)\]\(([^)]+)\)", text, re.M)
        pages = {page: shown for shown, link in rows if (page := page_of(DOCS / folder / link, app.env))}
        entries = "\n".join(f"/{page}" if "/" in shown else f"{shown} </{page}>" for page, shown in pages.items())
        if entries:
            titled = f":caption: {caption}\n" if caption else ""
            source[0] += f"\n```{{toctree}}\n:hidden:\n{titled}\n{entries}\n```\n"


def page_of(path: Path, env: BuildEnvironment) -> str | None:
    """Return the page that shows a file, or the README of a folder; None where none does."""
    target = normpath(path)
    place = relpath(target, ROOT)
    page = INCLUDED.get(place) or INCLUDED.get(f"{place}/README.md") or env.path2doc(target)
    return page if page in env.found_docs else None


def link_public_name(
    app: Sphinx, env: BuildEnvironment, node: addnodes.pending_xref, shown: nodes.TextElement
) -> nodes.Element | None:
    """Link a class where it is shown, `sla_rules.Calendar`, when a signature has it from where it is defined."""
    module, _, name = node.get("reftarget", "").rpartition(".")
    if node.get("refdomain") != "py" or not module.startswith("sla_rules.") or name not in sla_rules.__all__:
        return None
    if getattr(import_module(module), name) is not getattr(sla_rules, name):
        return None
    domain = env.domains.python_domain
    public = f"sla_rules.{name}"
    return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", public, node, shown)


def as_sphinx_reads(*event: Any) -> None:
    """Rewrite a docstring: what is in backticks, and the test with which that of a strategy ends, are code."""
    lines: list[str] = event[-1]
    first = next((number for number, line in enumerate(lines) if line.strip().startswith("@given(")), len(lines))
    text = re.sub(r"`([^`]+)`", r"``\1``\\ ", "\n".join(lines[:first]))
    # Several attributes of one meaning, `examples, seed: …`, are one name to Sphinx when there is no space.
    text = re.sub(r"^ *\w+(?:, \w+)+(?=: )", lambda names: names[0].replace(", ", ","), text, flags=re.M)
    test = ["::", "", *(f"    {line}" for line in lines[first:])]
    lines[:] = text.split("\n") + (test if lines[first:] else [])


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register what is above."""
    app.add_config_value("repository", "", "env")
    app.add_transform(LinksOutward)
    app.connect("source-read", add_contents)
    app.connect("missing-reference", link_public_name)
    app.connect("autodoc-process-docstring", as_sphinx_reads, priority=400)  # before its sections are read
    return {"parallel_read_safe": True}

"""Settings of the documentation build: `sphinx-build -W docs docs/_build/html`.

Sphinx with MyST, because the pages are Markdown that pytest runs as doctests, and the reference is taken from the
docstrings. Nothing is fetched from other sites, so that the build needs PyPI only.
"""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import version as version_of

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import tenantcore

project = "tenantcore"
author = "The tenantcore maintainers"
project_copyright = "2026, the tenantcore maintainers"
version = release = version_of("tenantcore")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"tenantcore {release}"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Docstrings are read in editors more often than here: single backticks mean code there.
default_role = "literal"

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False

# A name of ours that is mentioned must have its place in the reference. Names of other libraries have theirs elsewhere,
# and looking them up would take the network; type variables stand for any type and have none.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(?!tenantcore\.).*"), ("py:class", r"tenantcore\.\w+\._T(_co)?")]


@cache
def public_homes() -> dict[str, str]:
    """Where callers import what a private module defines, by the private name that annotations carry."""
    homes = {}
    for info in pkgutil.iter_modules(tenantcore.__path__, "tenantcore."):
        if "._" not in info.name:
            module = importlib.import_module(info.name)
            for name in module.__all__:
                defined_in = getattr(getattr(module, name), "__module__", info.name)
                homes[f"{defined_in}.{name}"] = f"{info.name}.{name}"
    return homes


def resolve_private_name(
    app: Sphinx, environment: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Link an annotation's private name to the one path under which it is imported."""
    home = public_homes().get(node.get("reftarget", ""))
    if node.get("refdomain") != "py" or home is None or home == node["reftarget"]:
        return None
    python = environment.domains["py"]
    place = node.get("refdoc", environment.docname)
    return python.resolve_xref(environment, place, app.builder, "obj", home, node, content)


def setup(app: Sphinx) -> None:
    """Hook into the build."""
    app.connect("missing-reference", resolve_private_name)

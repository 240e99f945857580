"""A drawing as SVG that can stand inside a page: no addresses, no ids that clash."""

import io
import re
from typing import Any

import matplotlib
from matplotlib.figure import Figure

_SETTINGS: Any = {"svg.fonttype": "path", "svg.hashsalt": "manostat"}


def svg(drawing: Figure, prefix: str, says: str) -> str:
    """The element <svg>, with ids that begin with `prefix`; `says` must be escaped already. Equal
    drawings give equal text."""
    out = io.StringIO()
    with matplotlib.rc_context(_SETTINGS):
        drawing.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    # In HTML the parser knows the namespaces; without them nothing names an address.
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text)
    text = re.sub(r'\bid="', f'id="{prefix}', text)
    text = re.sub(r"url\(#", f"url(#{prefix}", text)
    text = re.sub(r'href="#', f'href="#{prefix}', text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{says}" ', 1).strip()

"""The report as one HTML page that needs nothing else: style and figures are inside it."""

from collections.abc import Iterator
from importlib.resources import files
from itertools import count

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from manostat_tools.report.model import Figure, Report
from manostat_tools.report.svg import svg


def render(report: Report) -> str:
    """The whole page. All text is escaped; equal reports give equal pages."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(_read("page.html"))
    numbers: Iterator[int] = count(1)

    def figure(part: Figure) -> Markup:
        said = str(escape(part.says))
        return Markup(svg(part.drawing, f"f{next(numbers)}-", said))  # matplotlib escapes its text

    return template.render(report=report, css=_read("page.css"), svg=figure)


def _read(name: str) -> str:
    return files("manostat_tools.report").joinpath(name).read_text(encoding="utf-8")

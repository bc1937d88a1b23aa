"""The report as one self-contained HTML document for print; nothing in it is loaded from outside.

Charts are drawn by the plotly.js of our own assets, put into the document, as vectors.
"""

import json
from datetime import tzinfo
from functools import cache
from html import escape
from pathlib import Path

from dashboards import numbers_text
from dashboards.components.data_table import amount, plain
from dashboards.data.tables import Amount, Cell, Figure, Link, Table
from dashboards.i18n import Lang, text
from dashboards.report.model import Block, Chart, Listed, Points, Report, Section, Words
from dashboards.report.paper import FONT, styles
from dashboards.static_files import ASSETS

STYLES = Path(__file__).with_name("document.css")
PLOTLY = ASSETS / "vendor/plotly.js/plotly-cartesian.min.js"
WIDTHS = {"half": 332, "full": 680}
"""In CSS pixels, of which an A4 page has 680 between its margins."""

SHORT, NARROW = 16, 4
"""Rows of a table that is kept together, columns of one that needs no whole line."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
DRAW = """
for (const place of document.querySelectorAll("[data-figure]")) {
  const {data, layout} = JSON.parse(place.querySelector("script").textContent);
  layout.width = Number(place.dataset.width);
  const plot = document.createElement("div");
  Plotly.newPlot(plot, data, layout, {staticPlot: true, displayModeBar: false})
    .then(() => { place.replaceChildren(plot); });
}
"""


def document(report: Report, *, lang: Lang, zone: tzinfo) -> str:
    """The whole document."""
    sections = "".join(_section(section, lang, zone) for section in report.sections)
    return f"""<!DOCTYPE html>
<html lang="{lang.tag}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<title>{escape(f"{report.place} {report.month} {report.title}")}</title>
<style>{styles(STYLES)}{_margins(report, lang)}</style>
</head>
<body>
{_masthead(report, lang)}
{sections}
<script>{_plotly()}</script>
<script>{DRAW}</script>
</body>
</html>"""


@cache
def _plotly() -> str:
    # Nothing in it may end the element it stands in.
    return PLOTLY.read_text(encoding="utf-8").replace("</script", "<\\/script")


def _margins(report: Report, lang: Lang) -> str:
    """What stands above and below every page."""
    known = dict(report.about)
    as_of = text("report.as_of", lang, time=known[text("receipt.as_of", lang)])
    version = text("report.version", lang, version=report.version)
    end = text("report.page.end", lang)
    boxes = {
        "@top-left": _quoted(f"{report.place} · {report.month} · {report.title}"),
        "@top-right": _quoted(report.sample),
        "@bottom-left": _quoted(f"{as_of} · {version}"),
        "@bottom-right": f"{_quoted(text('report.page', lang))} counter(page) "
        f"{_quoted(text('report.page.of', lang))} counter(pages) {_quoted(end)}",
    }
    return (
        "@page {"
        + "".join(f"{box} {{ content: {content}; }}" for box, content in boxes.items())
        + "}"
    )


def _quoted(words: str) -> str:
    """A string of a style sheet within an HTML document.

    >>> _quoted('a "b" </style>')
    '"a \\\\22 b\\\\22  \\\\3c /style>"'
    """
    escaped = words.replace("\\", "\\5c ").replace('"', "\\22 ").replace("<", "\\3c ")
    return f'"{escaped}"'


def _masthead(report: Report, lang: Lang) -> str:
    mark = f'<span class="mark">{escape(report.sample)}</span>' if report.sample else ""
    about = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(words)}</dd></div>"
        for label, words in report.about
    )
    contents = "".join(
        f'<li><a href="#{section.name}">{escape(section.title)}</a></li>'
        for section in report.sections
    )
    return (
        f'<header><p class="place">{escape(report.place)}{mark}</p>'
        f"<h1>{escape(report.title)}<span>{escape(report.month)}</span></h1>"
        f'<dl class="about">{about}</dl>'
        f'<nav aria-label="{escape(text("report.contents", lang))}"><ol>{contents}</ol></nav>'
        "</header>"
    )


def _section(section: Section, lang: Lang, zone: tzinfo) -> str:
    """A section; charts of half width that follow each other stand in pairs."""
    parts: list[str] = []
    pair: list[str] = []
    for block in section.blocks:
        if isinstance(block, Chart) and block.width == "half":
            pair.append(_chart(block, lang))
            continue
        parts += [_paired(pair), _block(block, lang, zone)]
        pair = []
    parts.append(_paired(pair))
    return (
        f'<section id="{section.name}"><h2>{escape(section.title)}</h2>{"".join(parts)}</section>'
    )


def _paired(charts: list[str]) -> str:
    return f'<div class="pair">{"".join(charts)}</div>' if charts else ""


def _block(block: Block, lang: Lang, zone: tzinfo) -> str:
    if isinstance(block, Words):
        return f'<p class="{block.kind}">{escape(block.text)}</p>'
    if isinstance(block, Points):
        items = "".join(f"<li>{escape(item)}</li>" for item in block.items)
        return f'<div class="points"><h3>{escape(block.title)}</h3><ul>{items}</ul></div>'
    if isinstance(block, Chart):
        return _chart(block, lang)
    return _table(block, lang, zone)


def _chart(chart: Chart, lang: Lang) -> str:
    figure = json.loads(chart.figure.to_json())
    figure["layout"]["font"]["family"] = FONT
    data = json.dumps(figure, ensure_ascii=False).replace("<", "\\u003c")
    failed = escape(text("report.chart.failed", lang))
    return (
        f'<figure class="{chart.width}"><figcaption>{escape(chart.title)}</figcaption>'
        f'<div data-figure="{chart.name}" data-width="{WIDTHS[chart.width]}" role="img" '
        f'aria-label="{escape(chart.label)}" style="height:{chart.height}px">'
        f'<script type="application/json">{data}</script><p class="aside">{failed}</p></div>'
        "</figure>"
    )


def _table(listed: Listed, lang: Lang, zone: tzinfo) -> str:
    table = listed.table
    kinds = [
        "numeric" if any(_is_number(row[number]) for row in table.rows) else "words"
        for number in range(len(table.columns))
    ]
    heads = "".join(
        f'<th scope="col" class="{kind}">{escape(title)}</th>'
        for title, kind in zip(table.columns, kinds, strict=True)
    )
    rows = "".join(
        "<tr"
        + (' class="current"' if _is_current(row[0]) else "")
        + ">"
        + "".join(
            f'<td class="{kind}">{_cell(cell, number, table, lang, zone)}</td>'
            for number, (cell, kind) in enumerate(zip(row, kinds, strict=True))
        )
        + "</tr>"
        for row in table.rows
    )
    size = "short" if len(table.rows) <= SHORT else "long"
    size += " narrow" if len(table.columns) <= NARROW else ""
    return (
        f'<div class="listed {listed.shape} {size} table-{table.name}">'
        f"<h3>{escape(table.title)}</h3>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, (Figure, Amount, int, float))


def _is_current(cell: Cell) -> bool:
    return isinstance(cell, Link) and cell.is_current


def _cell(cell: Cell, number: int, table: Table, lang: Lang, zone: tzinfo) -> str:
    if isinstance(cell, Figure):
        return _figure(cell, lang)
    if isinstance(cell, Amount):
        return escape(amount(cell, lang))
    if isinstance(cell, Link):
        return escape(cell.text)
    decimals = table.decimals.get(table.columns[number], 0)
    return escape(plain(cell, zone=zone, decimals=decimals))


def _figure(figure: Figure, lang: Lang) -> str:
    if figure.value is None:
        return f'<span class="none">{escape(numbers_text.missing(figure.row, lang))}</span>'
    shown = escape(numbers_text.value(figure.value, figure.kpi, lang))
    if figure.row["is_provisional"]:
        shown += f'<sup class="open">{escape(text("trend.provisional", lang))}</sup>'
    return shown

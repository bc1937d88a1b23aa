"""The pages, in the order of the navigation.

A page is a module with `PATH`, `TITLE_KEY`, `layout(view, context)` and `tables(scope)`; adding one
here is all it takes.
"""

from dashboards.page import Page
from dashboards.pages import (
    catalogue,
    council,
    departments,
    mediation,
    overview,
    people,
    quality,
    reports,
    services,
    trends,
    wall,
    warnings,
)
from dashboards.pages import map as map_page

PAGES: tuple[Page, ...] = (
    overview,
    map_page,
    warnings,
    trends,
    departments,
    services,
    people,
    mediation,
    council,
    quality,
    catalogue,
    reports,
    wall,
)
BY_PATH: dict[str, Page] = {page.PATH: page for page in PAGES}

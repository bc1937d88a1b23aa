"""The pages, in the order of the navigation.

A page is a module with `PATH`, `TITLE_KEY`, `layout(view, context)` and
`register_callbacks(app, context)`; adding one here is all it takes.
"""

from dashboards.pages import map as map_page
from dashboards.pages import overview
from dashboards.pages.protocol import Page

PAGES: tuple[Page, ...] = (overview, map_page)
BY_PATH: dict[str, Page] = {page.PATH: page for page in PAGES}

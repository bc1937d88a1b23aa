"""Head of every page: where, as of when, which page, which language."""

from dashboards import html, numbers_text
from dashboards.components.parts import icon
from dashboards.context import Build, Context
from dashboards.html import Element
from dashboards.i18n import Lang, text
from dashboards.page import Page
from dashboards.view import View


def county_name(build: Build, lang: Lang) -> str:
    """The county's name in a language."""
    return build.name_zh if lang is Lang.ZH else build.name_en


def header(page: Page, view: View, context: Context, *, pages: tuple[Page, ...]) -> Element:
    """Name, marks, freshness, switches and navigation."""
    build = context.builds[view.county]
    zone = context.county(view.county).zone
    lang = view.lang
    return html.Header(
        [
            html.A(text("nav.skip", lang), href="#main", className="skip"),
            html.Div(
                [
                    html.Span(className="logo", **{"aria-hidden": "true"}),
                    html.Div(
                        [
                            html.Span(county_name(build, lang), className="county-name"),
                            html.Span(
                                [
                                    text("product", lang),
                                    html.Span(
                                        f" {county_name(build, lang.other)} "
                                        f"{text('product', lang.other)}",
                                        className="other-lang",
                                        lang=lang.other.tag,
                                    ),
                                ],
                                className="product",
                            ),
                        ],
                        className="names",
                    ),
                    *marks(build, lang),
                ],
                className="identity",
            ),
            html.Nav(
                [
                    html.A(
                        text(other.TITLE_KEY, lang),
                        href=view.href(other.PATH),
                        className="nav-link",
                        **({"aria-current": "page"} if other.PATH == page.PATH else {}),
                    )
                    for other in pages
                ],
                className="pages",
                **{"aria-label": text("nav.label", lang)},
            ),
            html.Div(
                [
                    *_counties(view, context),
                    html.Span(
                        [
                            html.Span(text("header.as_of", lang), className="muted"),
                            html.Time(numbers_text.moment(build.as_of_at, zone, lang)),
                            html.Span(
                                text("header.version", lang, version=build.version),
                                className="version",
                                title=text(
                                    "header.built",
                                    lang,
                                    time=numbers_text.moment(build.built_at, zone, lang),
                                ),
                            ),
                        ],
                        className="freshness",
                    ),
                    html.A(
                        text("lang.switch", lang),
                        href=view.href(page.PATH, lang=lang.other),
                        className="switch",
                        lang=lang.other.tag,
                        **{"aria-label": text("lang.switch.label", lang)},
                    ),
                    _theme_switch(page, view),
                ],
                className="tools",
            ),
        ],
        className="page-header",
    )


def marks(build: Build, lang: Lang) -> list[Element]:
    """What must be said of generated data, on every page."""
    if not build.is_sample:
        return []
    return [
        html.Span(text(key, lang), className="mark", title=text(f"{key}.note", lang))
        for key in ("sample.data", "sample.boundaries")
    ]


def _counties(view: View, context: Context) -> list[Element]:
    if len(context.builds) == 1:
        return []
    return [
        html.Span(
            [
                html.A(
                    county_name(build, view.lang),
                    href=view.href(county=code),
                    **({"aria-current": "true"} if code == view.county else {}),
                )
                for code, build in context.builds.items()
            ],
            className="counties",
            **{"aria-label": text("county.label", view.lang)},
            role="group",
        )
    ]


def _theme_switch(page: Page, view: View) -> Element:
    other = "light" if view.scheme == "dark" else "dark"
    label = text(f"theme.to_{other}", view.lang)
    return html.A(
        icon("sun" if other == "light" else "moon"),
        href=view.href(page.PATH, theme=other),
        className="switch icon-only",
        title=label,
        **{"aria-label": label},
    )

"""Every page of a county with cases only, whatever stands in the address."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from starlette.testclient import TestClient

from dashboards.context import Context, Services
from dashboards.pages import BY_PATH
from dashboards.scope import Scope
from dashboards.server import make_server
from dashboards.view import View
from tests.support.county import publish_county
from warehouse.errors import GridgovError
from warehouse.settings import Settings

SCRIPT = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
INJECTION = "x' or 1=1; drop table mart.fct_cases; --"
MISTAKES = [
    *(f"{name}={quote(value)}" for name in ("area", "of") for value in (SCRIPT, INJECTION)),
    "department=nobody&category=nothing",
    "from=0001-01-01&to=9999-12-31",
    "from=2199-12-31&to=2199-12-31",
    "month=2026-13&series=town:&unit=day",
    *(f"{name}={quote(SCRIPT)}" for name in ("at", "alert")),
    "at=1900-01-01T00:00&alert=430181:town:nowhere:all:2026-01-01",
]
FITTING = ["", "lang=en&kpi=on_time_visit_rate", "from=2026-11-15&to=2026-11-15"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county with cases and nothing else."""
    home = tmp_path_factory.mktemp("county")
    publish_county(home, cases=300)
    return home


@pytest.fixture(scope="module")
def context(home: Path) -> Context:
    return Services(Settings(home=home)).open()


@pytest.fixture(scope="module")
def client(home: Path) -> TestClient:
    return TestClient(make_server(Settings(home=home)), raise_server_exceptions=False)


def payload(path: str, query: str) -> dict[str, Any]:
    view = {"path": path, "query": query, "theme": "light"}
    return {
        "output": "page-drawn.data-drawn",
        "outputs": {"id": "page-drawn", "property": "data-drawn"},
        "inputs": [{"id": "page-view", "property": "data-view", "value": view}],
        "changedPropIds": ["page-view.data-view"],
    }


@pytest.mark.parametrize("query", FITTING)
def test_every_page_is_drawn_without_the_records_it_is_about(context: Context, query: str) -> None:
    view = View.parse(query, known=context.known)
    for page in BY_PATH.values():
        assert page.layout(view, context) is not None
        page.tables(Scope(view, context))


@pytest.mark.parametrize("query", MISTAKES)
def test_a_mistake_is_told_and_is_no_fault(context: Context, query: str) -> None:
    for page in BY_PATH.values():
        with suppress(GridgovError):
            view = View.parse(query, known=context.known)
            page.layout(view, context)
            page.tables(Scope(view, context))


@pytest.mark.parametrize(
    "address",
    [
        "/api/receipt.xlsx?of=2026-01-01~2026-10-31&department=nobody",
        "/api/page.xlsx?page=/quality&department=nobody",
        "/api/receipt.csv?of=0001-01-01~9999-12-31",
        "/api/map/values?county=430181&kpi=response_time_median&level=town&to=9999-12-31",
        "/api/page.csv?page=../../etc/passwd",
        "/api/report.xlsx?month=2026-13",
    ],
)
def test_a_download_of_a_mistake_is_refused_in_words(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "allowed" in answer.text


def test_what_an_address_says_is_never_markup(client: TestClient) -> None:
    for name in ("kpi", "area", "from", "of"):
        query = f"{name}={quote(SCRIPT)}"
        later = client.post("/_dash-update-component", json=payload("/", query))
        first = client.get(f"/?{query}")
        assert (first.status_code, later.status_code) == (200, 200)
        assert "<script>" not in later.text
        assert "<script>alert" not in first.text
        assert "<img src=x" not in first.text


@pytest.mark.parametrize("view", [None, 7, {}, {"path": "/nope", "query": "", "theme": "light"}])
def test_a_view_that_no_page_sends_gets_a_page_that_says_so(
    client: TestClient, view: object
) -> None:
    asked = payload("/", "")
    asked["inputs"][0]["value"] = view
    answer = client.post("/_dash-update-component", json=asked)
    assert answer.status_code == 200
    assert "data-failed=" in answer.text


def test_a_document_loads_no_scripts_that_no_page_needs(client: TestClient) -> None:
    scripts = re.findall(r'<script src="([^"]*)"', client.get("/").text)
    packages = [address for address in scripts if "/_dash-component-suites/" in address]
    names = ("react@", "react-dom@", "prop-types@", "dash_renderer", "dash_html_components")
    assert len(packages) == len(names)
    assert all(any(name in address for address in packages) for name in names)
    assert all(client.get(address).status_code == 200 for address in scripts)


@pytest.mark.parametrize("query", [f"kpi={SCRIPT}", "area=a>; rel=preload, </elsewhere"])
def test_what_the_map_fetches_early_stays_one_address_of_ours(
    client: TestClient, query: str
) -> None:
    """Browsers write these letters otherwise; others may send them as they are."""
    target = b"/map?" + query.encode()
    answer = client.send(httpx.Request("GET", client.base_url.copy_with(raw_path=target)))
    assert answer.status_code == 200
    links = re.findall("<([^>]*)>; rel=(\\w+)", answer.headers["link"])
    assert [address for address, kind in links if kind == "preload"] == [links[-1][0]]
    assert links[-1][0].startswith("/api/map/setup?")
    assert answer.headers["link"].count(">") == len(links)

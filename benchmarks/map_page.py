"""Our map page beside plotly's own map of the same grids, in one run on one machine.

    python -m benchmarks.map_page --grids 3000 --rounds 5

All draw the same grids in the same browser, from the same process, and ask it for the same values
(which it has answered before, so drawing and transport are compared). Ours is the whole page as
users get it, so the ratio is to plotly's map as a Dash page has it, alone with a choice of KPI; the
third column is plotly's map on a bare page, with no framework at all. Rounds alternate.

Cold load: an empty cache, from the request to all painted, in a browser that is done with starting
itself. Recolouring: from the choice of another KPI to all painted.
"""

import argparse
import json
import statistics
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import dash
import numpy as np
import plotly
import plotly.graph_objects as go
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, HTMLResponse, Response

from benchmarks.step_lines import print_steps
from dashboards.context import Services
from dashboards.map.asked import parse
from dashboards.map.modes import shade
from dashboards.server import make_server
from tests.support.chromium import launch_arguments
from tests.support.map_county import grid_features, publish_map_county
from tests.support.marts import COUNTY
from tests.support.served import serving
from warehouse.settings import Settings

STARTING_MS = 2_500
"""A browser just started uses a second of processor time for itself; readers' browsers are open."""
KPIS = ("response_time_median", "on_time_resolution_rate")
PERIOD = {"from": "2026-08-01", "to": "2026-10-31"}

PLOTLY_PAGE = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><script src="/plotly.js"></script></head>
<body><div id="map" style="width:100vw;height:95vh"></div><script>
const idle = () => new Promise((done) => {
  const map = document.getElementById('map')._fullLayout.map._subplot.map;
  map.once('idle', done);
  map.triggerRepaint();
});
const values = async (kpi) => (await fetch(`/values/${kpi}`)).json();
window.recolour = async (kpi) => {
  const {z} = await values(kpi);
  await Plotly.restyle('map', {z: [z]});
  await idle();
};
(async () => {
  const [geojson, {z, ids}] = await Promise.all([
    fetch('/grids.json').then((answer) => answer.json()), values('response_time_median')]);
  const trace = {type: 'choroplethmap', geojson, locations: ids, z,
    colorscale: 'YlOrBr', marker: {line: {width: 0.3}}};
  const map = {style: 'white-bg', center: {lon: 113.64, lat: 28.16}, zoom: 8.4};
  await Plotly.newPlot('map', [trace], {map, margin: {l: 0, r: 0, t: 0, b: 0}});
  await idle();
  document.body.dataset.state = 'ready';
})();
</script></body></html>"""

OURS_RECOLOUR = """async (kpi) => {
  const choice = document.querySelector('select.kpi');
  const map = document.querySelector('.grid-map');
  const began = performance.now();
  choice.value = kpi;
  choice.dispatchEvent(new Event('change'));
  await new Promise((done) => {
    const look = () => 'pending' in map.dataset ? requestAnimationFrame(look) : done();
    requestAnimationFrame(look);
  });
  return performance.now() - began;
}"""

DASH_READY = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const drawn = () => document.querySelector('.js-plotly-plot')?._fullLayout?.map?._subplot?.map;
  while (!drawn()) await frame();
  await new Promise((done) => { drawn().once('idle', done); drawn().triggerRepaint(); });
}"""

DASH_RECOLOUR = """async (kpi) => {
  const plot = document.querySelector('.js-plotly-plot');
  const map = plot._fullLayout.map._subplot.map;
  const began = performance.now();
  const changed = new Promise((done) => plot.once('plotly_afterplot', done));
  dash_clientside.set_props('kpi', {value: kpi});
  await changed;
  await new Promise((done) => { map.once('idle', done); map.triggerRepaint(); });
  return performance.now() - began;
}"""

OURS_READY = PLAIN_READY = """async () => {
  while (document.body.dataset.state !== 'ready') await new Promise(requestAnimationFrame);
}"""

PLOTLY_RECOLOUR = """async (kpi) => {
  const began = performance.now();
  await window.recolour(kpi);
  return performance.now() - began;
}"""


def plotly_server(home: Path) -> FastAPI:
    """A page with plotly's map, its grids and its values; compressed like ours."""
    server = FastAPI()
    services = Services(Settings(home=home))
    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    grids = json.dumps(grid_features(home))

    @server.get("/")
    async def page() -> Response:
        return HTMLResponse(PLOTLY_PAGE)

    @server.get("/plotly.js")
    async def library() -> Response:
        return FileResponse(script)

    @server.get("/grids.json")
    async def features() -> Response:
        return Response(grids, media_type="application/json")

    @server.get("/values/{kpi}")
    async def values(kpi: str) -> Response:
        asked = {"county": COUNTY, "kpi": kpi, "level": "grid", **PERIOD}
        context = services.open()
        found = shade(context, parse(asked, context=context)).values[1:]
        shown = [None if np.isnan(value) else float(value) for value in found]
        body = json.dumps({"ids": list(range(1, len(shown) + 1)), "z": shown})
        return Response(body, media_type="application/json")

    server.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
    return server


def dash_server(home: Path) -> FastAPI:
    """A Dash page with plotly's map and a choice of KPI, as its own documentation makes one."""
    server = FastAPI()
    services = Services(Settings(home=home))
    grids = grid_features(home)
    app = dash.Dash("map", server=server, add_log_handler=False)

    def values(kpi: str) -> list[float]:
        asked = {"county": COUNTY, "kpi": kpi, "level": "grid", **PERIOD}
        context = services.open()
        found: list[float] = shade(context, parse(asked, context=context)).values[1:].tolist()
        return found

    figure = go.Figure(
        go.Choroplethmap(
            geojson=grids,
            locations=[feature["id"] for feature in grids["features"]],
            z=values(KPIS[0]),
            colorscale="YlOrBr",
            marker_line_width=0.3,
        ),
        {"map": {"style": "white-bg", "center": {"lon": 113.64, "lat": 28.16}, "zoom": 8.4}},
    )
    app.layout = dash.html.Div(
        [
            dash.dcc.Dropdown(KPIS, KPIS[0], id="kpi"),
            dash.dcc.Graph("map", figure=figure, style={"height": "92vh"}),
        ]
    )

    @app.callback(  # type: ignore[untyped-decorator]
        dash.Output("map", "figure"), dash.Input("kpi", "value"), prevent_initial_call=True
    )
    async def recolour(kpi: str) -> dash.Patch:
        patch = dash.Patch()
        patch["data"][0]["z"] = values(kpi)
        return patch

    server.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)
    return server


def cold_load(browser: Browser, address: str, ready: str) -> tuple[float, Page]:
    """Seconds from the request to all painted, with nothing cached; and the page."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.wait_for_timeout(STARTING_MS)
    began = perf_counter()
    page.goto(address)
    page.evaluate(ready)
    return perf_counter() - began, page


def measure(
    rounds: int, open_: Callable[[], Browser], pages: dict[str, tuple[str, str, str]]
) -> dict[str, dict[str, list[float]]]:
    """Seconds by page and step; the first round warms the server and is left out."""
    times: dict[str, dict[str, list[float]]] = {
        name: {"load": [], "recolour": []} for name in pages
    }
    for number in range(rounds + 1):
        for name, (address, ready, recolour) in pages.items():
            browser = open_()
            load, page = cold_load(browser, address, ready)
            recoloured = [page.evaluate(recolour, kpi) / 1000 for kpi in (*KPIS[::-1], *KPIS[::-1])]
            browser.close()
            if number:
                times[name]["load"].append(load)
                times[name]["recolour"].append(statistics.median(recoloured))
    return times


def main() -> None:
    """Print a table: medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--grids", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        publish_map_county(
            home, towns=32, communities=320, grids=options.grids, cases=options.grids * 10
        )
        with (
            serving(make_server(Settings(home=home))) as ours,
            serving(dash_server(home)) as in_dash,
            serving(plotly_server(home)) as bare,
        ):
            pages = {
                "gridgov": (f"{ours}/map?level=grid", OURS_READY, OURS_RECOLOUR),
                "plotly in Dash": (in_dash, DASH_READY, DASH_RECOLOUR),
                "plotly bare": (bare, PLAIN_READY, PLOTLY_RECOLOUR),
            }
            times = measure(
                options.rounds, lambda: playwright.chromium.launch(**launch_arguments()), pages
            )
    print(f"{options.grids:,} grids, median of {options.rounds} rounds, seconds (lowest – highest)")
    print_steps(times, {"load": 3.0, "recolour": 0.4}, against="plotly in Dash")


if __name__ == "__main__":
    main()

"""What the server answers, without a browser's help."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from dashboards.static_files import IMMUTABLE
from tests.support.marts import COUNTY

pytestmark = pytest.mark.browser


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with urlopen(Request(url, headers=headers)) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read()


@pytest.mark.parametrize("path", ["/nope", "/docs", "/openapi.json", "/assets/x/../server.py"])
def test_an_unknown_address_is_not_found(address: str, path: str) -> None:
    status, _, body = get(address + path)
    assert status == 404
    assert b"gridgov" not in body


def test_a_person_who_lost_the_way_finds_it_back(address: str) -> None:
    status, _, body = get(f"{address}/nope", Accept="text/html")
    assert (status, 'href="/"' in body.decode()) == (404, True)


def test_health_tells_the_version_and_each_countys_now(address: str) -> None:
    status, _, body = get(f"{address}/healthz")
    told = json.loads(body)
    assert (status, told["version"]) == (200, 1)
    assert told["as_of"][COUNTY].startswith("2026-11-15T")


def test_every_answer_keeps_the_browser_at_home(address: str) -> None:
    for path in ("/", "/map", "/healthz", "/nope"):
        _, headers, _ = get(address + path)
        policy = headers["content-security-policy"]
        assert "http:" not in policy
        assert "https:" not in policy
        assert "*" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_assets_are_compressed_and_kept_for_ever(address: str) -> None:
    _, _, html = get(f"{address}/")
    path = next(part for part in html.decode().split('"') if part.endswith("gridgov.css"))
    status, headers, body = get(address + path, **{"Accept-Encoding": "gzip"})
    assert (status, headers["cache-control"]) == (200, IMMUTABLE)
    assert headers["content-encoding"] == "gzip"
    assert body[:2] == b"\x1f\x8b"
    _, other, _ = get(address + path.replace(path.split("/")[2], "0" * 16))
    assert other["cache-control"] == "no-cache"


def test_a_wrong_question_for_a_download_is_told_what_is_wrong(address: str) -> None:
    status, _, body = get(f"{address}/api/receipt.csv?kpi=nope")
    assert status == 400
    assert 'kpi "nope"' in body.decode()

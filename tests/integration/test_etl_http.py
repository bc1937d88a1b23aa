"""An HTTP source against a service that fails, stalls and repeats: every record lands once."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from etl.extraction import load_live
from etl.load import BatchReport
from tests.support.etl_files import rows_of
from tests.support.http_service import Reply, Request, Service, running_service
from warehouse.ledger import read_ledger
from warehouse.settings import Settings

START = datetime(2024, 5, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TOKEN = "t0ken-of-the-tests"
CUTS = 20


def _record(number: int, *, kind: str = "pothole", minutes: int | None = None) -> dict[str, Any]:
    changed = START + timedelta(minutes=number if minutes is None else minutes)
    return {
        "number": f"C-{number:04d}",
        "detail": {"kind": kind, "tags": ["a"]},
        "opened": "2024-05-01T08:00:00+08:00",
        "changed": changed.isoformat(),
    }


def _since(request: Request, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    since = request.parameters.get("since")
    if since is None:
        return records
    start = datetime.fromisoformat(since)
    return [one for one in records if datetime.fromisoformat(one["changed"]) >= start]


def _by_page(
    records: list[dict[str, Any]], *, size: int = 10, total: bool = False
) -> Callable[[Request], Reply]:
    """A service that pages by number."""

    def answer(request: Request) -> Reply:
        found = _since(request, records)
        start = (int(request.parameters["page"]) - 1) * size
        body: dict[str, Any] = {"data": {"rows": found[start : start + size]}}
        if total:
            body["data"]["count"] = len(found)
        return Reply(body)

    return answer


def _settings(home: Path, *, tolerance: float = 1.0, **changes: Any) -> Settings:
    http = {
        "address_env": "CASES_API",
        "token_env": "CASES_TOKEN",
        "items": "data.rows",
        "watermark": "changed",
        "since_parameter": "since",
        "overlap_seconds": 0,
        "retries": 0,
        "longest_wait_seconds": 0.01,
        **changes,
    }
    source = {
        "name": {"zh": "案件接口", "en": "Case service"},
        "dataset": "city_cases",
        "county": "430181",
        "format": "http",
        "http": {name: value for name, value in http.items() if value is not None},
        "columns": {
            "case_number": "number",
            "category_code": "detail.kind",
            "reported_at": "opened",
            "updated_at": "changed",
            "duplicate_of_number": "same_as",
        },
        "codes": {"category_code": {"allowed": ["pothole", "graffiti"]}},
        "tolerance": tolerance,
    }
    settings = Settings(home=home)
    settings.paths.sources.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(source, allow_unicode=True)
    (settings.paths.sources / "cases.yml").write_text(text, encoding="utf-8")
    return settings


def _load(service: Service, settings: Settings, **options: Any) -> list[BatchReport]:
    environ = {"CASES_API": service.address, "CASES_TOKEN": TOKEN}
    options = {"received_at": NOW, **options}
    return load_live("cases", settings=settings, environ=environ, **options)


def _counts(settings: Settings) -> Counter[str]:
    return Counter(rows_of(settings, "landing")["case_number"].to_list())


def _numbers(count: int) -> Counter[str]:
    return Counter(f"C-{number:04d}" for number in range(count))


def test_pages_land_and_then_only_what_is_new(tmp_path: Path) -> None:
    records = [_record(number) for number in range(25)]
    settings = _settings(tmp_path)
    with running_service(_by_page(records)) as service:
        reports = _load(service, settings)
        assert [report.batch and report.batch.rows_read for report in reports] == [10, 10, 5]
        assert _load(service, settings) == []
        records.append(_record(30))
        (report,) = _load(service, settings)
    assert report.batch is not None
    assert report.batch.rows_landed == 1
    landed = rows_of(settings, "landing")
    assert landed["category_code"].unique().to_list() == ["pothole"]
    assert landed["reported_at"].unique().to_list() == [datetime(2024, 5, 1, tzinfo=UTC)]
    last = service.requests[-1].parameters
    assert (last["since"], last["kind"]) == ("2024-05-01T00:24:00+00:00", "all")
    assert service.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_cursors_are_followed_to_their_end(tmp_path: Path) -> None:
    records = [_record(number) for number in range(25)]

    def answer(request: Request) -> Reply:
        start = int(request.parameters.get("cursor", "0"))
        following = start + 10 if start + 10 < len(records) else None
        return Reply({"data": {"rows": records[start : start + 10], "next": following}})

    settings = _settings(tmp_path, paging="cursor", next="data.next")
    with running_service(answer) as service:
        _load(service, settings)
    assert _counts(settings) == _numbers(25)
    assert len(service.requests) == 3


def test_links_are_followed_to_their_end_with_the_token(tmp_path: Path) -> None:
    records = [_record(number) for number in range(25)]

    def answer(request: Request) -> Reply:
        start = int(request.parameters.get("from", "0"))
        body: dict[str, Any] = {"data": {"rows": records[start : start + 10]}}
        if start + 10 < len(records):
            body["links"] = {"next": f"/records?from={start + 10}"}
        return Reply(body)

    settings = _settings(tmp_path, paging="link", next="links.next")
    with running_service(answer) as service:
        _load(service, settings)
    assert _counts(settings) == _numbers(25)
    assert {one.headers["Authorization"] for one in service.requests} == {f"Bearer {TOKEN}"}


def test_a_link_to_another_host_is_not_followed(tmp_path: Path) -> None:
    body = {"data": {"rows": [_record(1)]}, "next": "http://127.0.0.2:1/records"}
    settings = _settings(tmp_path, paging="link")
    with running_service(lambda _: Reply(body)) as service:
        *_, last = _load(service, settings)
    assert "leads to another host" in str(last.error)


def _patience(fault: Reply) -> dict[str, float]:
    """Little where a stall is to be found; else more than a slow machine takes to answer."""
    return {"timeout_seconds": 0.5} if fault.stall else {}


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=500),
        Reply(status=503, headers={"Retry-After": "1"}),
        Reply(status=429, headers={"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}),
        Reply({"data": {"rows": []}}, stall=60),
        Reply({"data": {"rows": [_record(1)]}}, cut=20),
        Reply(raw=b'{"data": {"rows": [{"number": "C-00'),
        Reply(raw=b""),
    ],
    ids=["500", "503", "429", "stalls", "breaks_off", "half_json", "nothing"],
)
def test_a_passing_fault_is_tried_again(fault: Reply, tmp_path: Path) -> None:
    records = [_record(number) for number in range(25)]
    sound = _by_page(records)
    settings = _settings(tmp_path, retries=2, **_patience(fault))
    with running_service(
        lambda request: fault if request.number in (1, 3) else sound(request)
    ) as service:
        reports = _load(service, settings)
    assert [report.error for report in reports] == [None, None, None]
    assert _counts(settings) == _numbers(25)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Reply(status=500), ["HTTP 500", "1 次尝试", "gridgov load cases"]),
        (Reply(status=401), ["HTTP 401", "check CASES_TOKEN"]),
        (Reply(status=404), ["HTTP 404", "check CASES_API"]),
        (Reply(status=302, headers={"Location": "/x"}), ["HTTP 302"]),
        (Reply({"data": {"rows": []}}, stall=60), ["ReadTimeout"]),
        (Reply({"data": {"rows": [_record(1)]}}, cut=20), ["RemoteProtocolError"]),
        (Reply(raw=b"<html>"), ["6 bytes that are no whole JSON"]),
        (Reply({"items": []}), ['no list of records at items: "data.rows"', "has: items"]),
    ],
)
def test_a_lasting_fault_is_told_and_what_landed_stays(
    fault: Reply, says: list[str], tmp_path: Path
) -> None:
    records = [_record(number) for number in range(25)]
    sound = _by_page(records)
    settings = _settings(tmp_path, **_patience(fault))
    with running_service(
        lambda request: fault if request.number == 2 else sound(request)
    ) as service:
        *_, last = _load(service, settings)
        assert last.exit_code == 3
        said = str(last.error)
        assert [part for part in says if part not in said] == [], said
        hidden = (TOKEN, "127.0.0.1", str(service.port), "records?")
        assert [part for part in hidden if part in said] == [], said
        _load(service, settings)
    assert _counts(settings) == _numbers(25)


def test_a_page_that_comes_twice_is_taken_once(tmp_path: Path) -> None:
    records = [_record(number) for number in range(25)]
    pages = [1, 2, 2, 3, 4]
    sound = _by_page(records)

    def answer(request: Request) -> Reply:
        page = pages[min(int(request.parameters["page"]), len(pages)) - 1]
        return sound(Request(0, "", {**request.parameters, "page": str(page)}, {}))

    settings = _settings(tmp_path)
    with running_service(answer) as service:
        _load(service, settings)
    assert _counts(settings) == _numbers(25)


def test_a_service_that_knows_no_pages_is_told(tmp_path: Path) -> None:
    body = {"data": {"rows": [_record(number) for number in range(5)]}}
    settings = _settings(tmp_path)
    with running_service(lambda _: Reply(body)) as service:
        *_, last = _load(service, settings)
    assert 'does it know the parameter "page"' in str(last.error)
    assert len(service.requests) == 4


@pytest.mark.parametrize("paging", ["cursor", "link"])
def test_a_loop_of_cursors_or_links_is_told(paging: str, tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        return Reply(
            {"data": {"rows": [_record(request.number)]}, "next": f"/r?{request.number % 3}"}
        )

    settings = _settings(tmp_path, paging=paging)
    with running_service(answer) as service:
        *_, last = _load(service, settings)
    assert "came twice" in str(last.error)
    assert len(service.requests) == 4


def test_records_that_leave_while_pages_are_read_are_not_missed(tmp_path: Path) -> None:
    records = [_record(number) for number in range(30)]
    sound = _by_page(records, total=True)

    def answer(request: Request) -> Reply:
        if request.number == 1:
            del records[0:5]
        return sound(request)

    settings = _settings(tmp_path, total="data.count")
    with running_service(answer) as service:
        reports = _load(service, settings)
    assert [report.error for report in reports if report.error] == []
    assert _counts(settings) == _numbers(30)


def test_fewer_records_than_stated_are_told(tmp_path: Path) -> None:
    body = {"data": {"rows": [_record(1)], "count": 7}}
    settings = _settings(tmp_path, total="data.count", paging="none")
    with running_service(lambda _: Reply(body)) as service:
        *_, last = _load(service, settings)
    assert "it states 7 records and gave 1" in str(last.error)


def test_a_service_without_since_lands_only_what_changed(tmp_path: Path) -> None:
    records = [_record(number) for number in range(12)]
    settings = _settings(tmp_path, since_parameter=None, watermark=None)
    with running_service(_by_page(records)) as service:
        _load(service, settings)
        records[3] = _record(3, kind="graffiti", minutes=100)
        reports = _load(service, settings)
        assert _load(service, settings) == []
    assert [report.batch and report.batch.rows_read for report in reports] == [1]
    versions = rows_of(settings, "landing").filter(pl.col("case_number") == "C-0003")
    assert versions.sort("updated_at")["category_code"].to_list() == ["pothole", "graffiti"]


def test_an_unsorted_service_moves_its_watermark_only_at_the_end(tmp_path: Path) -> None:
    records = [_record(number) for number in reversed(range(25))]
    sound = _by_page(records)
    settings = _settings(tmp_path)
    with running_service(
        lambda request: Reply(status=500) if request.number == 2 else sound(request)
    ) as service:
        _load(service, settings)
        assert _counts(settings).total() == 20
        assert all("reached" not in (batch.extraction or {}) for batch in read_ledger(settings))
        _load(service, settings)
        assert _load(service, settings) == []
    assert _counts(settings) == _numbers(25)
    assert service.requests[-1].parameters["since"] == "2024-05-01T00:24:00+00:00"


@pytest.mark.parametrize("is_sorted", [False, True])
def test_twenty_cuts_lose_and_double_nothing(is_sorted: bool, tmp_path: Path) -> None:
    records = [_record(number, minutes=number // 4) for number in range(260 if is_sorted else 60)]
    if not is_sorted:
        records.reverse()
    sound = _by_page(records, size=7)
    faults = [
        Reply(status=500),
        Reply({"data": {"rows": [_record(1)]}}, cut=10),
        Reply(raw=b'{"data": {"rows": [{'),
        Reply(status=503),
    ]
    cuts, in_call = 0, 0

    def answer(request: Request) -> Reply:
        nonlocal cuts, in_call
        in_call += 1
        if cuts < CUTS and in_call == 2 + cuts % 4:
            cuts += 1
            return faults[cuts % len(faults)]
        return sound(request)

    settings = _settings(tmp_path, is_sorted=is_sorted, overlap_seconds=60)
    errors = 0
    with running_service(answer) as service:
        for number in range(2 * CUTS):
            in_call = 0
            reports = _load(service, settings)
            if not any(report.error for report in reports):
                break
            errors += 1
            if number % 4 == 0:
                more = _record(len(records), minutes=len(records) // 4)
                records.append(more) if is_sorted else records.insert(0, more)
    assert (cuts, errors) == (CUTS, CUTS)
    assert _counts(settings) == _numbers(len(records))

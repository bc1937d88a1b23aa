"""Parts of pages as markup."""

from zoneinfo import ZoneInfo

import dash
import polars as pl
import pytest

from dashboards import html
from dashboards.headers import content_security_policy
from dashboards.html import markup
from dashboards.server import is_loopback
from dashboards.spreadsheets import as_csv, of_frame


def test_every_text_and_attribute_is_escaped() -> None:
    part = html.A("<script>", href='"><x', title="a & b", **{"data-x": "'"})
    assert markup(part) == (
        '<a href="&quot;&gt;&lt;x" title="a &amp; b" data-x="&#x27;">&lt;script&gt;</a>'
    )


def test_styles_and_flags_are_written_as_html_has_them() -> None:
    part = html.Img(style={"flexGrow": 2, "--whole": "5%"}, hidden=True, className="a", tabIndex=0)
    assert markup(part) == '<img style="flex-grow:2;--whole:5%" hidden class="a" tabindex="0">'


def test_nothing_is_left_out_silently() -> None:
    with pytest.raises(TypeError, match="Div"):
        markup(html.Div(dash.html.Div()))


def test_none_is_nothing() -> None:
    assert markup([None, html.B(0)]) == "<b>0</b>"


def test_the_policy_names_no_origin_but_our_own() -> None:
    policy = content_security_policy("<script>let a = 1</script><script src='/x.js'></script>")
    assert "http" not in policy
    assert policy.count("'sha256-") == 1
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]


def test_a_text_that_a_spreadsheet_would_run_is_disarmed() -> None:
    rows = pl.DataFrame({"case_id": ["=cmd()", "甲"], "n": [1, 2]})
    table = of_frame(rows, name="cases", title="Cases")
    content = as_csv([table], zone=ZoneInfo("Asia/Shanghai")).decode("utf-8")
    assert content == "\ufeffcase_id,n\r\n'=cmd(),1\r\n甲,2\r\n"


@pytest.mark.parametrize("host", ["0.0.0.0", "10.1.2.3", "example.org", "::"])
def test_addresses_others_can_reach_are_refused(host: str) -> None:
    assert not is_loopback(host)

"""Nothing lost, nothing renumbered: random files against Python's own CSV reader."""

import csv
import io
import random
from pathlib import Path

import pytest

from tests.support.etl_files import HEADER, load, make_settings, rows_of

KINDS = ("a", '"x,y"', '"q""q"', '"l\nm"', '"l\r\nm"', '"a\n\nb"', "")


def _messy_file(seed: int) -> str:
    """Rows with line ends in fields, empty lines, fields too few or many, text after a quote."""
    rnd = random.Random(seed)
    end = rnd.choice(["\n", "\r\n"])
    text = HEADER + end
    for number in range(rnd.randrange(5, 120)):
        row = [f"N{number}", rnd.choice(KINDS), "2024-05-01 08:00:00", "", "", "", "", ""]
        match rnd.randrange(20):
            case 0:
                row = row[: rnd.randrange(1, 7)]
            case 1:
                row.append("extra")
            case 2:
                text += end
            case 3:
                row[1] = '"abc"d'
        text += ",".join(row) + end
    return text


@pytest.mark.parametrize("seed", range(12))
def test_every_record_is_landed_or_refused_under_its_own_number(seed: int, tmp_path: Path) -> None:
    text = _messy_file(seed)
    file = tmp_path / "cases.csv"
    file.write_bytes(text.encode())
    records = [row[0] for row in csv.reader(io.StringIO(text, newline="")) if row][1:]
    settings = make_settings(tmp_path, codes={})
    (report,) = load(settings, file)
    assert report.error is None
    landed, refused = rows_of(settings, "landing"), rows_of(settings, "quarantine")
    found = dict(zip(landed["source_row_number"], landed["case_number"], strict=True))
    lines = text.split("\n")
    for row in refused.iter_rows(named=True):
        found[row["source_row_number"]] = lines[row["line_number"] - 1].split(",")[0].strip()
        assert found[row["source_row_number"]] in row["raw"]
    assert [found[number] for number in sorted(found)] == records
    assert sorted(found) == list(range(1, len(records) + 1))


def test_a_quoted_record_larger_than_the_engine_s_buffer_is_not_lost_in_silence(
    tmp_path: Path,
) -> None:
    file = tmp_path / "cases.csv"
    with file.open("w") as out:
        out.write(f'{HEADER}\nN1,a,2024-05-01 08:00:00,,,,,\nN2,"')
        out.writelines(["x" * 1000 + "\n"] * 40_000)
        out.write('",2024-05-01 08:00:00,,,,,\nN3,a,2024-05-01 08:00:00,,,,,\n')
    (report,) = load(make_settings(tmp_path, codes={}), file)
    assert report.exit_code == 3
    assert "field over" in str(report.error)

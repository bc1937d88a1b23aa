"""Every kind of bad file: a clear error or quarantine with the reason, and nothing half loaded."""

from pathlib import Path

import pytest

from tests.support.etl_files import FIXTURES, HEADER, load, make_settings, rows_of, tree

BAD = FIXTURES / "bad"
GOOD = FIXTURES / "good"

ROW = "B-1,pothole,2024-05-03 08:00:00,,,,,"


@pytest.mark.parametrize("name", ["truncated_in_a_row", "truncated_in_quotes"])
def test_the_cut_last_row_of_a_truncated_file_is_kept_as_it_came(name: str, tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    load(settings, BAD / f"{name}.csv")
    refused = rows_of(settings, "quarantine")
    assert refused["source_row_number"].to_list() == [3]
    assert refused["line_number"].to_list() == [4]
    assert (BAD / f"{name}.csv").read_text().endswith(refused["raw"].item())


def test_a_header_without_rows_is_a_batch_of_none(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, tolerance=0.0)
    (report,) = load(settings, GOOD / "header_only.csv")
    assert report.exit_code == 0
    assert rows_of(settings, "landing").height == 0


def test_the_value_stays_in_quarantine_with_the_file_s_name_of_the_column(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    load(settings, BAD / "number_that_is_text.csv")
    refused = rows_of(settings, "quarantine")
    assert refused["details"][0][0].startswith('lon (longitude): "west"')
    assert '"lon": "west"' in refused["raw"][0]
    assert refused["line_number"].to_list() == [3, 4, 5]


def test_a_later_version_of_a_key_in_the_same_file_lands(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    load(settings, BAD / "duplicate_key.csv")
    landed = rows_of(settings, "landing")
    kinds = landed.filter(landed["case_number"] == "B-1")["category_code"].to_list()
    assert kinds == ["pothole", "pothole"]
    assert rows_of(settings, "quarantine")["source_row_number"].to_list() == [3]


def test_a_broken_first_copy_does_not_refuse_the_sound_second(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(f"{HEADER}\nB-1,dragon,2024-05-03 08:00:00,,,,,\n{ROW}\n")
    settings = make_settings(tmp_path)
    load(settings, file)
    assert rows_of(settings, "landing")["source_row_number"].to_list() == [2]


def test_a_wrong_encoding_is_named_with_its_byte(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    start = f"{HEADER}\n".encode()
    file.write_bytes(start + "井盖".encode("gb18030"))
    settings = make_settings(tmp_path)
    (report,) = load(settings, file)
    assert report.exit_code == 3
    assert f"byte {len(start)} " in str(report.error)
    assert "utf-8" in str(report.error)


def test_the_byte_is_right_where_a_character_straddles_two_reads(tmp_path: Path) -> None:
    start = f"{HEADER}\n".encode("gb18030")
    lines = start + b"x" * ((1 << 20) - len(start) - 2) + b"\n" + "井盖".encode("gb18030")
    file = tmp_path / "cases.csv"
    file.write_bytes(lines + b"\xff")
    (report,) = load(make_settings(tmp_path, encoding="gb18030"), file)
    assert f"byte {len(lines):,} (ff)" in str(report.error)


def test_four_byte_characters_of_gb18030_arrive(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(f"{HEADER}\n𠮷-1,pothole,2024-05-03 08:00:00,,,,,\n".encode("gb18030"))
    settings = make_settings(tmp_path, encoding="gb18030")
    load(settings, file)
    assert rows_of(settings, "landing")["case_number"].to_list() == ["𠮷-1"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gbk"])
def test_any_declared_encoding_is_read(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(f"{HEADER}\n井-1,pothole,2024-05-03 08:00:00,,,,,\n".encode(encoding))
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    settings = make_settings(tmp_path, encoding=declared)
    load(settings, file)
    assert rows_of(settings, "landing")["case_number"].to_list() == ["井-1"]


def test_a_line_of_a_hundred_megabytes_is_an_error_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    with file.open("wb") as out:
        out.write(f"{HEADER}\n{ROW}\n".encode())
        for _ in range(100):
            out.write(b"x" * 1_000_000)
        out.write(f"\n{ROW}\n".encode())
    (report,) = load(make_settings(tmp_path), file)
    assert report.exit_code == 3
    assert "line 3 " in str(report.error)
    assert tree(tmp_path) == {}


def test_a_nul_byte_is_refused_where_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_bytes(f"{HEADER}\n{ROW}\nB\0-2,pothole,2024-05-03 08:00:00,,,,,\n".encode())
    settings = make_settings(tmp_path)
    (report,) = load(settings, file)
    assert report.batch is not None
    assert report.batch.refused_by_reason == {"nul_byte:case_number": 1}


def test_mixed_line_ends_are_read_and_noted(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    first, second, third = (f"B-{n},pothole,2024-05-03 08:00:00,,,,,2024-05-04" for n in "123")
    file.write_bytes(f"{HEADER}\n{first}\r\n{second}\n{third}\r\n".encode())
    settings = make_settings(tmp_path, date_formats=["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"])
    (report,) = load(settings, file)
    assert report.batch is not None
    assert report.batch.rows_landed == 3
    assert any("mixed line ends" in note for note in report.batch.notes)


def test_rows_keep_their_number_across_empty_lines_line_ends_in_fields_and_broken_rows(
    tmp_path: Path,
) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(
        f'{HEADER}\n\n"B\n\n1",pothole,2024-05-03 08:00:00,,,,,\nshort\n\n'
        "B-3,dragon,2024-05-03 08:00:00,,,,,\nB-4,pothole,2024-05-03 08:00:00,,,,,\n"
    )
    settings = make_settings(tmp_path)
    load(settings, file)
    assert rows_of(settings, "landing")["source_row_number"].to_list() == [1, 4]
    refused = rows_of(settings, "quarantine")
    assert refused["source_row_number"].to_list() == [2, 3]
    assert refused["line_number"].to_list() == [6, 8]


def test_columns_nobody_declared_are_noted_and_not_refused(tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(f"{HEADER},mood\n{ROW},good\n")
    (report,) = load(make_settings(tmp_path), file)
    assert report.batch is not None
    assert any('"mood"' in note for note in report.batch.notes)


def test_above_the_tolerance_the_batch_is_refused_whole(tmp_path: Path) -> None:
    settings = make_settings(tmp_path, tolerance=0.3)
    (report,) = load(settings, BAD / "unknown_code.csv")
    assert report.exit_code == 3
    assert "1 of 3 rows (33.3%)" in str(report.error)
    assert report.batch is not None
    assert (report.batch.status, report.batch.rows_landed) == ("refused", 0)
    assert not (tmp_path / "landing").exists()
    assert rows_of(settings, "quarantine")["reasons"].to_list() == [["unknown_category_code"]]


def test_strict_stops_at_the_first_bad_row_and_keeps_nothing(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    (report,) = load(settings, BAD / "impossible_date.csv", strict=True)
    assert report.exit_code == 3
    message = str(report.error)
    assert 'row 2: opened (reported_at): "2024-13-03 08:00:00"' in message
    assert "line 3, " in message
    assert "2 of 4 rows refused would have been within tolerance (100%)" in message
    assert tree(tmp_path) == {}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (report,) = load(make_settings(tmp_path), tmp_path / "nowhere.csv")
    assert report.exit_code == 3
    assert "nowhere.csv" in str(report.error)


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    reports = load(settings, BAD / "empty.csv", GOOD / "harbour_cases.csv")
    assert [report.exit_code for report in reports] == [3, 0]
    assert rows_of(settings, "landing").height == 3

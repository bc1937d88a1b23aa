import pytest

from warehouse.cli import main


@pytest.fixture
def environ(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return {"GRIDGOV_HOME": str(tmp_path)}


def test_every_command_of_the_packages_is_found(environ, capsys):
    assert main(["--help"], environ) == 0
    shown = capsys.readouterr().out
    for command in (
        "demo",
        "load",
        "build",
        "serve",
        "kpi",
        "receipt",
        "sql",
        "status",
        "quarantine",
        "rekey",
        "sources",
    ):
        assert f" {command} " in shown


def test_an_unknown_command_is_a_usage_error(environ, capsys):
    assert main(["lod"], environ) == 2
    assert "lod" in capsys.readouterr().err


def test_a_wrong_setting_is_bad_input_without_a_traceback(environ, capsys):
    assert main(["--help"], environ | {"GRIDGOV_HMOE": "x"}) == 3
    shown = capsys.readouterr().err
    assert shown.startswith("错误 / error: ")
    assert "hmoe" in shown

import pytest

from warehouse.errors import InputError
from warehouse.settings import load_settings


def test_defaults_put_the_home_below_the_folder(tmp_path):
    settings = load_settings({}, folder=tmp_path)
    assert settings.home == tmp_path / "data"
    assert settings.paths.landing == tmp_path / "data" / "landing"


def test_a_variable_wins_over_the_file(tmp_path):
    (tmp_path / "gridgov.toml").write_text('home = "from_file"\nthreads = 2\n', encoding="utf-8")
    settings = load_settings({"GRIDGOV_HOME": "/elsewhere", "HOME": "/root"}, folder=tmp_path)
    assert str(settings.home) == "/elsewhere"
    assert settings.threads == 2


def test_an_unknown_setting_is_named_with_the_known_ones(tmp_path):
    with pytest.raises(InputError, match=r'"hme".*home'):
        load_settings({"GRIDGOV_HME": "/x"}, folder=tmp_path)


def test_a_value_of_the_wrong_kind_is_named(tmp_path):
    with pytest.raises(InputError, match=r'"threads".*many'):
        load_settings({"GRIDGOV_THREADS": "many"}, folder=tmp_path)


def test_settings_cannot_change_while_running(tmp_path):
    settings = load_settings({}, folder=tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.threads = 4

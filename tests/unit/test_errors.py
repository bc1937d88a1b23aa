"""Errors say what was given, but do not repeat all of it."""

from warehouse.errors import ECHOED, unknown_value


def test_a_long_value_is_repeated_only_as_far_as_it_takes_to_know_it() -> None:
    said = unknown_value("county", "x" * 100_000, ["430181"])
    assert f'"{"x" * ECHOED}…"' in said
    assert "430181" in said
    assert len(said) < 200
    assert '"boston"' in unknown_value("county", "boston", ["430181"])

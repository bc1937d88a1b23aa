"""Datums: forward against three public converters, inverse against the forward."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.coordinates import (
    CoordinateRangeError,
    from_cgcs2000,
    gcj02_to_bd09,
    to_cgcs2000,
)
from tests.support.shared_data import shared_data
from warehouse.errors import InputError, UsageError

METRES_PER_DEGREE = 111_320.0
LIUYANG = (np.array([113.633301]), np.array([28.141112]))
BOSTON = (np.array([-71.0589]), np.array([42.3601]))


def metres(a, b):
    """Distance in metres between two (longitude, latitude) pairs of arrays."""
    (a_longitude, a_latitude), (b_longitude, b_latitude) = a, b
    east = (a_longitude - b_longitude) * np.cos(np.radians(a_latitude))
    return METRES_PER_DEGREE * np.hypot(east, a_latitude - b_latitude)


def test_liuyang_moves_661_metres_to_gcj02():
    moved = from_cgcs2000(*LIUYANG, datum="gcj02")
    assert metres(moved, LIUYANG)[0] == pytest.approx(661.1, abs=2.0)
    assert moved[0][0] == pytest.approx(113.63875217054249, abs=1e-10)
    assert moved[1][0] == pytest.approx(28.137611349573824, abs=1e-10)


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000"])
def test_wgs84_and_cgcs2000_are_taken_as_one(datum):
    assert metres(to_cgcs2000(*LIUYANG, datum=datum), LIUYANG)[0] == 0.0


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@given(
    longitude=st.floats(73.0, 136.0),
    latitude=st.floats(2.0, 54.0),
)
def test_there_and_back_ends_where_it_began(datum, longitude, latitude):
    start = np.array([longitude]), np.array([latitude])
    back = to_cgcs2000(*from_cgcs2000(*start, datum=datum), datum=datum)
    assert metres(back, start)[0] < 0.001


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09"])
def test_outside_china_nothing_moves(datum):
    for convert in (to_cgcs2000, from_cgcs2000):
        longitude, latitude = convert(*BOSTON, datum=datum)
        assert (longitude[0], latitude[0]) == (BOSTON[0][0], BOSTON[1][0])


def test_no_position_stays_no_position_and_does_not_disturb_its_neighbours():
    alone = to_cgcs2000(*LIUYANG, datum="bd09")
    longitude, latitude = to_cgcs2000(
        np.array([np.nan, LIUYANG[0][0]]), np.array([np.nan, LIUYANG[1][0]]), datum="bd09"
    )
    assert np.isnan(longitude[0])
    assert np.isnan(latitude[0])
    assert (longitude[1], latitude[1]) == (alone[0][0], alone[1][0])


def test_an_empty_column_is_no_error():
    longitude, latitude = to_cgcs2000(np.array([]), np.array([]), datum="gcj02")
    assert longitude.size == latitude.size == 0


def test_the_arguments_are_not_changed():
    longitude, latitude = LIUYANG[0].copy(), LIUYANG[1].copy()
    moved, _ = to_cgcs2000(longitude, latitude, datum="wgs84")
    moved[0] = 0.0
    assert longitude[0] == LIUYANG[0][0]


@pytest.mark.parametrize(
    ("longitude", "latitude", "named"),
    [
        ([113.0, 236_000.5], [28.0, 28.0], r"longitude 236000\.5 \(row 2\)"),
        ([28.1], [113.6], r"latitude 113\.6 \(row 1\)"),
        ([float("inf")], [28.0], "longitude inf"),
    ],
)
def test_what_cannot_be_degrees_is_refused_by_name(longitude, latitude, named):
    with pytest.raises(CoordinateRangeError, match=named) as caught:
        to_cgcs2000(np.array(longitude), np.array(latitude), datum="wgs84")
    assert isinstance(caught.value, InputError)


def test_an_unknown_datum_names_the_known_ones():
    with pytest.raises(UsageError, match=r"xian80.*bd09, cgcs2000, gcj02, wgs84"):
        to_cgcs2000(*LIUYANG, datum="xian80")


def vectors():
    text = shared_data("coordinate_vectors/cross_library_points.json").read_text(encoding="utf-8")
    return json.loads(text)


def column(rows, name):
    pairs = np.array([row[name] for row in rows], dtype=float)
    return pairs[:, 0], pairs[:, 1]


def test_real_vectors_forward_within_a_centimetre():
    rows = vectors()
    start = column(rows, "wgs")
    gcj02 = from_cgcs2000(*start, datum="gcj02")
    assert metres(gcj02, column(rows, "ct_w2g")).max() < 0.01
    assert metres(gcj02, column(rows, "ch_w2g")).max() < 0.01
    # The third library takes the radius of WGS-84: it is 1.1 cm from the other two by itself.
    assert metres(gcj02, column(rows, "ev_w2g")).max() < 0.0115
    assert metres(from_cgcs2000(*start, datum="bd09"), column(rows, "ev_w2b")).max() < 0.0115

    inside = [row for row in rows if row["shift_m_w2g"] > 0]
    bd09 = gcj02_to_bd09(*column(inside, "wgs"))
    assert metres(bd09, column(inside, "ct_g2b")).max() < 0.01


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_real_vectors_round_trip_within_a_tenth_of_a_metre(datum):
    start = column(vectors(), "wgs")
    back = to_cgcs2000(*from_cgcs2000(*start, datum=datum), datum=datum)
    assert metres(back, start).max() < 0.1


def test_real_vectors_outside_china_pass_unchanged():
    outside = [row for row in vectors() if row["shift_m_w2g"] == 0]
    assert len(outside) == 4
    start = column(outside, "wgs")
    for datum in ("gcj02", "bd09"):
        assert metres(to_cgcs2000(*start, datum=datum), start).max() == 0.0
        assert metres(from_cgcs2000(*start, datum=datum), start).max() == 0.0

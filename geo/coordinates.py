"""Longitude and latitude between the datums in use in China: WGS-84, CGCS2000, GCJ-02, BD-09.

CGCS2000 and WGS-84 are treated as one: their ellipsoids differ by 0.1 mm and their frames by
less than a metre of plate motion, below the accuracy of any position a case is reported with.

GCJ-02 shifts WGS-84 by some 500 to 700 m inside China; BD-09 shifts GCJ-02 again by about 1 km.
Neither is published. The formulas are the ones every public converter uses (Krasovsky ellipsoid,
as in `coordtransform`); converters that take the WGS-84 radius instead differ by 1.2 cm at most.
Outside a rectangle around China both systems equal WGS-84, so such points pass unchanged.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from warehouse.errors import InputError, UsageError, unknown_value

Degrees = npt.NDArray[np.float64]
Pair = tuple[Degrees, Degrees]

SEMI_MAJOR_AXIS_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BAIDU_ANGLE = np.pi * 3000.0 / 180.0
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the rectangle inside which the shifts apply."""

SETTLED_DEGREES = 1e-12
MOST_ROUNDS = 20


class CoordinateRangeError(InputError):
    """A longitude beyond ±180 or a latitude beyond ±90: swapped, or projected and not degrees."""


def check_range(
    longitude: Degrees, latitude: Degrees, *, rows: npt.NDArray[np.int64] | None = None
) -> None:
    """Refuse what cannot be degrees; NaN (no position) is allowed.

    Args:
        longitude: degrees.
        latitude: degrees.
        rows: 0-based row that each value belongs to, where that is not its own place.

    Raises:
        CoordinateRangeError: names the first such value and its row (first row 1).
    """
    for thing, values, limit in (
        ("经度 / longitude", longitude, 180.0),
        ("纬度 / latitude", latitude, 90.0),
    ):
        wrong = np.flatnonzero(np.abs(values) > limit)
        if wrong.size:
            place = int(wrong[0])
            row = place if rows is None else int(rows[place])
            raise CoordinateRangeError(
                f"{thing} {float(values[place])!r} (row {row + 1}) 超出范围 / is outside "
                f"±{limit:.0f}°; 经纬度颠倒或为投影坐标? / swapped, or projected and not degrees?"
            )


def to_cgcs2000(longitude: npt.ArrayLike, latitude: npt.ArrayLike, *, datum: str) -> Pair:
    """Degrees of a datum as degrees of CGCS2000; inverse of the shift to well under a millimetre.

    Args:
        longitude: degrees, NaN where there is no position.
        latitude: degrees, same shape.
        datum: `wgs84`, `cgcs2000`, `gcj02` or `bd09`.

    Returns:
        New arrays of the same shape; NaN stays NaN.

    Raises:
        CoordinateRangeError: a value beyond ±180 or ±90.
        UsageError: no such datum.
    """
    return _convert(longitude, latitude, datum=datum, converters=TO_CGCS2000)


def from_cgcs2000(longitude: npt.ArrayLike, latitude: npt.ArrayLike, *, datum: str) -> Pair:
    """Degrees of CGCS2000 as degrees of a datum; arguments and errors as `to_cgcs2000`."""
    return _convert(longitude, latitude, datum=datum, converters=FROM_CGCS2000)


def wgs84_to_gcj02(longitude: Degrees, latitude: Degrees) -> Pair:
    """Shift WGS-84 degrees to GCJ-02; outside China unchanged."""
    return _inside_china(_shift_to_gcj02, longitude, latitude)


def gcj02_to_wgs84(longitude: Degrees, latitude: Degrees) -> Pair:
    """Undo `wgs84_to_gcj02`; outside China unchanged."""
    return _inside_china(_inverse_of(_shift_to_gcj02), longitude, latitude)


def gcj02_to_bd09(longitude: Degrees, latitude: Degrees) -> Pair:
    """Shift GCJ-02 degrees to BD-09; outside China unchanged."""
    return _inside_china(_shift_to_bd09, longitude, latitude)


def bd09_to_gcj02(longitude: Degrees, latitude: Degrees) -> Pair:
    """Undo `gcj02_to_bd09`; outside China unchanged."""
    return _inside_china(_inverse_of(_shift_to_bd09), longitude, latitude)


def wgs84_to_bd09(longitude: Degrees, latitude: Degrees) -> Pair:
    """Both shifts; outside China unchanged."""
    return _inside_china(_shift_twice, longitude, latitude)


def bd09_to_wgs84(longitude: Degrees, latitude: Degrees) -> Pair:
    """Undo `wgs84_to_bd09`; outside China unchanged."""
    return _inside_china(_inverse_of(_shift_twice), longitude, latitude)


def _unchanged(longitude: Degrees, latitude: Degrees) -> Pair:
    return longitude.copy(), latitude.copy()


TO_CGCS2000: dict[str, Callable[[Degrees, Degrees], Pair]] = {
    "wgs84": _unchanged,
    "cgcs2000": _unchanged,
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}
FROM_CGCS2000: dict[str, Callable[[Degrees, Degrees], Pair]] = {
    "wgs84": _unchanged,
    "cgcs2000": _unchanged,
    "gcj02": wgs84_to_gcj02,
    "bd09": wgs84_to_bd09,
}


def _convert(
    longitude: npt.ArrayLike,
    latitude: npt.ArrayLike,
    *,
    datum: str,
    converters: dict[str, Callable[[Degrees, Degrees], Pair]],
) -> Pair:
    if datum not in converters:
        raise UsageError(unknown_value("datum", datum, converters))
    degrees_east = np.asarray(longitude, dtype=np.float64)
    degrees_north = np.asarray(latitude, dtype=np.float64)
    check_range(degrees_east.ravel(), degrees_north.ravel())
    return converters[datum](degrees_east, degrees_north)


def _inside_china(
    shift: Callable[[Degrees, Degrees], Pair], longitude: Degrees, latitude: Degrees
) -> Pair:
    west, south, east, north = CHINA
    inside = (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
    shifted_longitude, shifted_latitude = _unchanged(longitude, latitude)
    shifted = shift(longitude[inside], latitude[inside])
    shifted_longitude[inside], shifted_latitude[inside] = shifted
    return shifted_longitude, shifted_latitude


def _shift_to_gcj02(longitude: Degrees, latitude: Degrees) -> Pair:
    x = longitude - 105.0
    y = latitude - 35.0
    root = np.sqrt(np.abs(x))
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    metres_north = (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + (2.0 / 3.0)
        * (
            ripple
            + 20.0 * np.sin(np.pi * y)
            + 40.0 * np.sin(np.pi / 3.0 * y)
            + 160.0 * np.sin(np.pi / 12.0 * y)
            + 320.0 * np.sin(np.pi / 30.0 * y)
        )
    )
    metres_east = (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + (2.0 / 3.0)
        * (
            ripple
            + 20.0 * np.sin(np.pi * x)
            + 40.0 * np.sin(np.pi / 3.0 * x)
            + 150.0 * np.sin(np.pi / 12.0 * x)
            + 300.0 * np.sin(np.pi / 30.0 * x)
        )
    )
    radians_north = np.radians(latitude)
    flattening = 1.0 - ECCENTRICITY_SQUARED * np.sin(radians_north) ** 2
    meridian_radius = SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / flattening**1.5
    parallel_radius = SEMI_MAJOR_AXIS_M / np.sqrt(flattening) * np.cos(radians_north)
    return (
        longitude + np.degrees(metres_east / parallel_radius),
        latitude + np.degrees(metres_north / meridian_radius),
    )


def _shift_to_bd09(longitude: Degrees, latitude: Degrees) -> Pair:
    radius = np.hypot(longitude, latitude) + 2e-5 * np.sin(latitude * BAIDU_ANGLE)
    angle = np.arctan2(latitude, longitude) + 3e-6 * np.cos(longitude * BAIDU_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _shift_twice(longitude: Degrees, latitude: Degrees) -> Pair:
    return _shift_to_bd09(*_shift_to_gcj02(longitude, latitude))


def _inverse_of(
    shift: Callable[[Degrees, Degrees], Pair],
) -> Callable[[Degrees, Degrees], Pair]:
    """Fixed-point iteration: a shift varies by under 3 % of a step, a round gains 1.5 digits."""

    def inverse(longitude: Degrees, latitude: Degrees) -> Pair:
        found_longitude, found_latitude = _unchanged(longitude, latitude)
        for _ in range(MOST_ROUNDS):
            shifted_longitude, shifted_latitude = shift(found_longitude, found_latitude)
            step_east = longitude - shifted_longitude
            step_north = latitude - shifted_latitude
            found_longitude = found_longitude + step_east
            found_latitude = found_latitude + step_north
            step = max(
                np.max(np.abs(step_east), initial=0.0), np.max(np.abs(step_north), initial=0.0)
            )
            if step < SETTLED_DEGREES:
                break
        return found_longitude, found_latitude

    return inverse

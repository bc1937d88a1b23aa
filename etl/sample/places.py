"""Names and codes of the sample county's towns and communities.

Towns carry the public names and statistical division codes of edition 2023. Communities are made
up: names that are common all over the country, codes in the order of their names. Seats, areas
and populations are rough figures chosen for the sample, not measurements.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from etl.sample.types import Floats

FOLDER = Path(__file__).parent

COUNTY_CODE = "430181"
COUNTY_NAME = "浏阳市"
TOWN_OF_SCALE_TOWN = "430181002000"

# Hand-drawn outline, longitude and latitude in degrees, clockwise from the west. It lies about
# where the county lies and has about its size; it follows no real boundary.
OUTLINE = (
    (113.205, 28.045), (113.215, 28.100), (113.265, 28.135), (113.275, 28.190), (113.250, 28.240),
    (113.285, 28.295), (113.350, 28.318), (113.400, 28.345), (113.452, 28.352), (113.480, 28.400),
    (113.515, 28.455), (113.545, 28.520), (113.600, 28.560), (113.665, 28.565), (113.715, 28.530),
    (113.735, 28.470), (113.745, 28.415), (113.790, 28.385), (113.825, 28.425), (113.850, 28.480),
    (113.910, 28.512), (113.965, 28.555), (114.030, 28.545), (114.080, 28.490), (114.095, 28.425),
    (114.150, 28.405), (114.215, 28.375), (114.238, 28.315), (114.200, 28.260), (114.165, 28.200),
    (114.120, 28.155), (114.060, 28.140), (114.015, 28.110), (114.005, 28.050), (113.965, 27.995),
    (113.900, 27.985), (113.850, 28.000), (113.800, 27.965), (113.755, 27.920), (113.700, 27.893),
    (113.645, 27.860), (113.585, 27.872), (113.555, 27.925), (113.570, 27.980), (113.540, 28.025),
    (113.485, 28.020), (113.450, 27.965), (113.400, 27.925), (113.335, 27.930), (113.290, 27.970),
    (113.235, 28.000),
)  # fmt: skip

# A river through the county: people live along it, so grids are small there.
RIVER = (
    (114.030, 28.440), (113.960, 28.370), (113.900, 28.300), (113.830, 28.265), (113.760, 28.270),
    (113.700, 28.200), (113.650, 28.155), (113.600, 28.140), (113.540, 28.110), (113.460, 28.075),
    (113.390, 28.020), (113.310, 28.020), (113.240, 28.070),
)  # fmt: skip

# Each town takes as many as it needs, starting at another one than the town before.
COMMUNITY_NAMES = (
    "新华", "和平", "团结", "友谊", "光明", "胜利", "东风", "建设", "人民",
    "幸福", "向阳", "前进", "红星", "朝阳", "金星", "长征", "解放", "民主",
    "兴隆", "太平", "永兴", "福星", "双桥", "石桥", "大塘", "竹园", "梅林",
    "松山", "桃源", "柳溪", "荷塘", "枫树", "樟树", "桂花", "清泉", "龙泉",
    "高桥", "新桥", "河口", "渡口", "合心", "同心",
)  # fmt: skip

ORIGIN = (113.7, 28.2)
KM_PER_DEGREE = (111.320 * np.cos(np.radians(ORIGIN[1])), 110.82)


@dataclass(frozen=True)
class Places:
    """Towns in code order and communities in code order.

    `towns`: town_code, town_name, longitude, latitude (seat), area_km2, population, is_urban.
    `communities`: community_code, community_name, town (row number in `towns`).
    """

    towns: pl.DataFrame
    communities: pl.DataFrame


def read_places() -> Places:
    """Read the towns shipped beside this module and name their communities."""
    towns = pl.read_csv(FOLDER / "towns.csv", schema_overrides={"town_code": pl.String})
    towns = towns.sort("town_code").with_row_index("town")
    communities = pl.concat(_communities_of(row) for row in towns.iter_rows(named=True))
    return Places(towns=towns, communities=communities)


def _communities_of(town: Mapping[str, Any]) -> pl.DataFrame:
    """Communities of a town: neighbourhoods 社区 from 001 in the city, villages 村 from 201."""
    first, kind = (1, "社区") if town["is_urban"] else (201, "村")
    numbers = range(town["community_count"])
    shift = 5 * town["town"]
    return pl.DataFrame(
        {
            "community_code": [f"{town['town_code'][:9]}{first + n:03d}" for n in numbers],
            "community_name": [
                COMMUNITY_NAMES[(shift + n) % len(COMMUNITY_NAMES)] + kind for n in numbers
            ],
            "town_code": town["town_code"],
            "town": town["town"],
        },
        schema_overrides={"town": pl.UInt32},
    )


def to_km(degrees: Floats) -> Floats:
    """Degrees (n × 2) to kilometres east and north of the origin; good to 1 % over the county."""
    return (np.asarray(degrees, dtype=float) - ORIGIN) * KM_PER_DEGREE


def to_degrees(km: Floats) -> Floats:
    """Inverse of `to_km`."""
    return np.asarray(km) / KM_PER_DEGREE + ORIGIN

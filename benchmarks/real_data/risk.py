"""How the risk score, prior counts and kernel density name on real records, by rolling origin.

    python -m benchmarks.real_data.risk [--until-share 0.667]

The windows are the last third of each series (or, for development, the last third of its first
share). Whatever is chosen (weights, bandwidth) is chosen on what came before each window. Prints
JSON lines: one per series, horizon and method.
"""

import argparse
import json
from typing import Any

from benchmarks.real_data.series import series
from geo.risk.assess import backtest_rows
from geo.risk.backtest import backtest
from geo.risk.choose import choose
from geo.risk.panel import HORIZON_WEEKS

ALL_WINDOWS = 10**6
"""As many as there are: the backtest takes no more than the last third."""
SHOWN = ("hit_rate_10", "pai_10", "pei_10", "ahead_10")
DECIMALS = 4


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--until-share", type=float, default=1.0, help="of each series' weeks")
    asked = parser.parse_args()
    for one in series(until_share=asked.until_share):
        for horizon in HORIZON_WEEKS:
            judged = backtest(one.panel, horizon=horizon, windows=ALL_WINDOWS)
            rows = backtest_rows(judged, choose(judged), family=one.name, horizon=horizon)
            for row in rows.iter_rows(named=True):
                print(json.dumps(_shown(one.name, row), ensure_ascii=False), flush=True)


def _shown(name: str, row: dict[str, Any]) -> dict[str, Any]:
    ends = [f"{figure}{end}" for figure in SHOWN for end in ("", "_low", "_high")]
    kept = ["horizon", "method", "is_shown", "window_count", "case_count", *ends]
    kept += ["calibration_slope", "week_to_week_overlap", "first_window_date"]
    values = {column: row[column] for column in kept}
    return {"series": name} | {
        column: round(value, DECIMALS) if isinstance(value, float) else _text(value)
        for column, value in values.items()
    }


def _text(value: object) -> Any:
    return value if value is None or isinstance(value, (int, str)) else str(value)


if __name__ == "__main__":
    main()

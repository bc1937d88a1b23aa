"""Parts of a dataset, as its department delivers them."""

from dataclasses import dataclass, field

import polars as pl

from etl.contract_files import get_contract


@dataclass(frozen=True)
class Table:
    """One part of a dataset; the parts of a dataset come in the order to load them.

    `frame`: the contract's columns in its order, codes as in the contract, times as local time
    stamps without a zone. A time column with impossible times among it is text.
    `planted`: rows that a load or a build refuses, by the name of the reason.
    `corrected`: rows that replace an older version of the same key in an earlier part.
    """

    dataset: str
    frame: pl.DataFrame
    planted: dict[str, int] = field(default_factory=dict)
    corrected: int = 0

    @classmethod
    def of(
        cls,
        dataset: str,
        frame: pl.DataFrame,
        planted: dict[str, int] | None = None,
        corrected: int = 0,
    ) -> "Table":
        """Bring a frame's columns into the contract's order.

        Raises:
            polars.exceptions.ColumnNotFoundError: the frame lacks one.
        """
        names = [column.name for column in get_contract(dataset).columns]
        return cls(dataset, frame.select(names), planted or {}, corrected)

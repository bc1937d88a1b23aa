"""Settings of sources that are asked instead of sending files: databases and HTTP services.

An address, with its user and password, is named by an environment variable and stands in no file.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Environment = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
"""Name of an environment variable."""


class Database(BaseModel):
    """A table or query read in the order of its watermark, the rows of one moment by their key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address_env: str = Environment
    """Variable with the address, as `postgresql+psycopg://user:password@host:5432/name`."""
    table: str | None = None
    query: str | None = None
    """One `select`, without an end mark; its columns are what the source's `columns` name."""
    watermark: str
    """Column that grows with every new or changed row: a time, a day or a number."""
    keys: tuple[str, ...] = Field(min_length=1)
    """Columns that tell rows of one watermark apart."""
    chunk_rows: int = Field(default=20_000, ge=1)
    overlap_seconds: float = Field(default=600, ge=0)
    """How far behind the watermark rows may still be committed; of a number, in its own units."""
    retries: int = Field(default=4, ge=0)

    @model_validator(mode="after")
    def _table_or_query(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("a table or a query is needed, not both")
        return self


class Service(BaseModel):
    """An HTTP service that answers JSON in pages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address_env: str = Environment
    """Variable with the address of the first page, as `https://host/path?kind=a`."""
    token_env: str | None = None
    """Variable with what is sent in `token_header`."""
    token_header: str = "Authorization"
    token_prefix: str = "Bearer "
    paging: Literal["page", "cursor", "link", "none"] = "page"
    page_parameter: str = "page"
    first_page: int = 1
    size_parameter: str | None = None
    page_size: int = Field(default=500, ge=1)
    cursor_parameter: str = "cursor"
    next: str = "next"
    """Path of the next cursor, or the next page's address, in the answer; names joined by dots."""
    items: str = "items"
    """Path of the list of records in the answer; empty where the answer is the list."""
    total: str | None = None
    """Path of the number of records in all pages."""
    watermark: str | None = None
    """Field of a record that grows with every change: a time or a number."""
    since_parameter: str | None = None
    """Parameter that asks for records changed since a watermark; without it all are read."""
    is_sorted: bool = False
    """Whether records come in the order of their watermark."""
    overlap_seconds: float = Field(default=600, ge=0)
    timeout_seconds: float = Field(default=30, gt=0)
    retries: int = Field(default=5, ge=0)
    longest_wait_seconds: float = Field(default=60, ge=0)
    """Longest pause before another try, also where the service asks for more."""

    @model_validator(mode="after")
    def _since_needs_a_watermark(self) -> Self:
        if self.since_parameter is not None and self.watermark is None:
            raise ValueError("since_parameter needs the watermark of a record")
        if self.is_sorted and self.watermark is None:
            raise ValueError("is_sorted needs the watermark of a record")
        return self

"""Sources: how one publisher's files map to a contract. One YAML each, the stem is the source's id.

Built-in ones are under `sources/`; a file in `GRIDGOV_HOME/sources/` adds one or replaces the
built-in of the same name, so a new county's export needs no code. `extends` names a source beside
it, or a built-in one, whose settings hold where the file has none of its own.
"""

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from etl.contract import Contract
from etl.contract_files import get_contract, load_contracts
from etl.live import Database, Service
from warehouse.counties import Datum, Name
from warehouse.errors import GridgovError, InputError, UsageError, unknown_value
from warehouse.settings import Settings

BUILT_IN = Path(__file__).parent / "sources"

Format = Literal[
    "csv", "excel", "parquet", "geojson", "shapefile", "geopackage", "database", "http"
]

Milestone = Literal[
    "reported",
    "accepted",
    "filed",
    "dispatched",
    "first_response",
    "handled",
    "checked",
    "closed",
]

TEXT_FORMATS = ("csv",)
LIVE_FORMATS = ("database", "http")
"""What is asked by `gridgov load SOURCE` without files."""


class Point(BaseModel):
    """A place as the files write it, in the source's datum, degrees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    longitude: float
    latitude: float


class CodeList(BaseModel):
    """What a code column may hold: codes replaced by `map` first, then held against `allowed`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    map: dict[str, str] = Field(default_factory=dict)
    allowed: tuple[str, ...] | Literal["open"] = "open"


class Source(BaseModel):
    """One publisher's files. Every name on the left of `columns` is the contract's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: Name
    dataset: str
    county: str
    department_code: str | None = None
    """Department of rows whose file names none."""

    file_pattern: str = "*"
    """What the publisher's files are called; other names load too, with a note."""
    format: Format
    encoding: str | None = None
    """Python's name of a text file's encoding; named, never guessed."""
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    header_row: int = Field(default=1, ge=1)
    """First row of the header; what is above it is a title."""
    header_rows: int = Field(default=1, ge=1, le=5)
    """Rows of a workbook's header, joined by `/` from top to bottom."""
    sheet: str | None = None
    """Sheet of a workbook; the first visible one when absent."""

    database: Database | None = None
    http: Service | None = None

    is_labelled: bool = False
    """Whether the files head their columns with the contract's Chinese labels."""
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Contract column → spellings in the file, first one first."""
    optional: frozenset[str] = frozenset()
    """Mapped columns that some files lack."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Contract column → the value of every row, written as a file would write it."""
    ignored: frozenset[str] = frozenset()
    """Columns of the file that are known and not taken."""
    nulls: frozenset[str] = frozenset()
    """Texts that mean no value, beside the empty one."""

    date_formats: tuple[str, ...] = ()
    """`strptime` formats of dates and times, tried in order, and no others; the common forms
    (`etl.dates`) where there are none. Where one has `%z`, moments have their offset in the text
    and the formats without it are for days only."""
    time_zone: str | None = None
    """Zone of local times; the county's when absent."""
    datum: Datum | None = None
    """What longitude and latitude mean; the county's when absent."""
    crs: str | None = None
    """Coordinate reference system where the file's own is missing or wrong."""
    fallback_points: tuple[Point, ...] = ()
    """Points the publisher writes where it knows no place."""

    codes: dict[str, CodeList] = Field(default_factory=dict)
    milestones: tuple[Milestone, ...] = ()
    """What the source tells of a case's life; anything else is unknown, not absent."""
    tolerance: float | None = Field(default=None, ge=0, le=1)
    """Share of refused rows it may have, where it differs from the contract's."""

    @model_validator(mode="before")
    @classmethod
    def _columns_by_label(cls, values: Any) -> Any:
        """Map the columns that are neither mapped nor constant by label, or by name."""
        if not isinstance(values, dict) or not values.get("is_labelled"):
            return values
        contract = load_contracts().get(str(values.get("dataset")))
        columns, constants = values.get("columns") or {}, values.get("constants") or {}
        by_label = {
            column.name: (column.label, column.name)
            for column in (contract.columns if contract else ())
            if column.name not in constants
        }
        return {**values, "columns": {**by_label, **columns}}

    @field_validator("columns", mode="before")
    @classmethod
    def _one_spelling_or_several(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {key: (one,) if isinstance(one, str) else one for key, one in value.items()}

    @field_validator("dataset")
    @classmethod
    def _known_dataset(cls, value: str) -> str:
        if value not in load_contracts():
            raise ValueError(unknown_value("dataset", value, load_contracts()))
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                "".encode(value)
            except LookupError as error:
                raise ValueError(f'encoding "{value}" is not one Python knows') from error
        return value

    @field_validator("date_formats")
    @classmethod
    def _formats_hold_a_date(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        moment = datetime(2001, 2, 3, 4, 5, 6)  # noqa: DTZ001 - only its digits are looked at
        for text in value:
            if moment.strftime(text.replace("%.f", "")) == text or "%" not in text:
                raise ValueError(f'date format "{text}" has no % in it')
        return value

    @model_validator(mode="after")
    def _fits_its_contract(self) -> Self:
        contract = self.contract
        named = [*self.columns, *self.constants, *self.codes, *self.optional]
        for name in named:
            if name not in contract.column_names:
                raise ValueError(unknown_value("column", name, contract.column_names))
        given = {*self.columns, *self.constants}
        for column in contract.columns:
            if column.is_required and column.name not in given:
                raise ValueError(f'column "{column.name}" is required: map it or give a constant')
        for milestone in self.milestones:
            if f"{milestone}_at" not in given:
                raise ValueError(f'milestone "{milestone}" needs the column {milestone}_at')
        if self.format in TEXT_FORMATS and self.encoding is None:
            raise ValueError("a text file needs its encoding named, such as utf-8 or gb18030")
        return self

    @model_validator(mode="after")
    def _fits_its_format(self) -> Self:
        for name, part in (("database", self.database), ("http", self.http)):
            if (self.format == name) != (part is not None):
                raise ValueError(f"format {name} and the settings `{name}` go together")
        if self.header_rows > 1 and self.format != "excel":
            raise ValueError("header_rows: only a workbook's header has several rows")
        return self

    @cached_property
    def contract(self) -> Contract:
        """The contract of its dataset."""
        return get_contract(self.dataset)

    @property
    def is_live(self) -> bool:
        """Whether it is asked for its records instead of sending files."""
        return self.format in LIVE_FORMATS

    @property
    def refusal_tolerance(self) -> float:
        """Share of refused rows above which a batch is refused whole."""
        return self.contract.tolerance if self.tolerance is None else self.tolerance


def load_sources(settings: Settings) -> dict[str, Source]:
    """Every source by id, those of the installation over the built-in ones.

    Raises:
        InputError: a file that is not a source, with the file and every fault.
    """
    files = [*sorted(BUILT_IN.glob("*.yml")), *sorted(settings.paths.sources.glob("*.yml"))]
    by_id = {file.stem: file for file in files}
    return {name: read_source(by_id[name]) for name in sorted(by_id)}


def get_source(settings: Settings, source_id: str) -> Source:
    """One source; faults of the other files do not stand in its way.

    Raises:
        UsageError: no such source.
        InputError: its file is not a source.
    """
    folders = (settings.paths.sources, BUILT_IN)
    for folder in folders:
        file = folder / f"{source_id}.yml"
        if "/" not in source_id and file.exists():
            return read_source(file)
    known = {file.stem for folder in folders for file in folder.glob("*.yml")}
    raise UsageError(unknown_value("source", source_id, known))


def read_source(file: Path) -> Source:
    """Read one source file.

    Raises:
        InputError: with the file and every fault in it.
    """
    try:
        return Source.model_validate({"id": file.stem, **_settings_in(file)})
    except ValidationError as error:
        faults = "\n".join(f"  {_fault(item['loc'], item['msg'])}" for item in error.errors())
        raise InputError(f"来源文件 / source file {file}:\n{faults}") from error
    except (yaml.YAMLError, TypeError, UnicodeDecodeError, GridgovError) as error:
        raise InputError(f"来源文件 / source file {file}: {error}") from error


def _settings_in(file: Path, *, below: tuple[Path, ...] = ()) -> dict[str, Any]:
    own = yaml.safe_load(file.read_text(encoding="utf-8"))
    if not isinstance(own, dict):
        raise InputError("不是设置的列表 / is not a mapping of settings")
    base = own.pop("extends", None)
    if base is None:
        return own
    # A file may extend the built-in one that it replaces.
    places = [folder / f"{base}.yml" for folder in (file.parent, BUILT_IN)]
    found = [place for place in places if place.exists() and place not in (file, *below)]
    if not found:
        raise InputError(f'extends: source "{base}" 不存在或循环 / is not known or extends itself')
    return {**_settings_in(found[0], below=(file, *below)), **own}


def _fault(location: tuple[int | str, ...], message: str) -> str:
    place = ".".join(str(part) for part in location)
    text = message.removeprefix("Value error, ")
    if text == "Extra inputs are not permitted":
        text = unknown_value("setting", place, Source.model_fields)
    return f"{place}: {text}" if place else text

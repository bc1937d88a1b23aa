"""Features of a file as they are written: attributes as text, geometries in the file's own CRS.

GeoJSON is parsed here instead of by GDAL: GDAL turns 1.10 into 1.1, refuses what publishers
really put out (a bare list of features) and does not say where a file is broken.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyogrio
import shapely

from warehouse.errors import InputError, unknown_value

Geometries = npt.NDArray[np.object_]

GEOJSON_SUFFIXES = (".geojson", ".json")
LAYER_SUFFIXES = (".shp", ".gpkg")
GEOMETRY_TYPES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
DEPTH_OF_MULTIPOLYGON = 4
CHINESE_SHAPEFILE_ENCODINGS = ("utf-8", "gb18030")


@dataclass(frozen=True)
class RawFeatures:
    """One row and one geometry (or None) per feature, in file order."""

    attributes: pl.DataFrame
    geometries: Geometries
    crs: str | None
    """As the file gives it; None where it gives none."""
    notes: list[str] = field(default_factory=list)


def read_features(path: Path) -> RawFeatures:
    """Read a GeoJSON, Shapefile or GeoPackage file, or the only one of these in a `.zip`.

    Raises:
        InputError: not such a file, broken, or several layers to choose from.
    """
    with _unzipped(path) as file:
        suffix = file.suffix.lower()
        if suffix in GEOJSON_SUFFIXES:
            return parse_geojson(file.read_bytes(), name=path.name)
        if suffix in LAYER_SUFFIXES:
            return _read_layer(file, name=path.name)
    allowed = (*GEOJSON_SUFFIXES, *LAYER_SUFFIXES, ".zip")
    raise InputError(f"{path.name}: " + unknown_value("文件类型 / file type", suffix, allowed))


# GeoJSON


class WrittenNumber(float):
    """A JSON number that remembers how it was written."""

    text: str

    def __new__(cls, text: str) -> "WrittenNumber":
        """Take the literal of the file."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def parse_geojson(data: bytes, *, name: str) -> RawFeatures:
    """Parse GeoJSON, and what is not quite GeoJSON where only one reading is possible.

    A bare list of features and a MultiPolygon without `type` (coordinates nested four deep) are
    read, with a note. Features whose geometry cannot be built have none, with a note.

    Raises:
        InputError: not UTF-8 (byte offset), not JSON (line and column), not features.
    """
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text, parse_float=WrittenNumber, parse_int=WrittenNumber)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: GeoJSON 应为 UTF-8 / must be UTF-8; 第 {error.start} 字节不是 / "
            f"byte {error.start} (0x{data[error.start]:02x}) is not"
        ) from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"{name}: 不是 JSON / not JSON: {error.msg}, line {error.lineno} column {error.colno}"
        ) from error
    except RecursionError as error:
        raise InputError(f"{name}: JSON 嵌套过深 / is nested too deep") from error

    notes: list[str] = []
    features = _features_of(document, name=name, notes=notes)
    geometries = np.empty(len(features), dtype=object)
    for row, feature in enumerate(features):
        geometries[row] = _geometry(feature.get("geometry"), row=row + 1, notes=notes)
    return RawFeatures(
        attributes=_attributes([feature.get("properties") or {} for feature in features]),
        geometries=geometries,
        crs=_declared_crs(document),
        notes=notes,
    )


def _features_of(document: Any, *, name: str, notes: list[str]) -> list[dict[str, Any]]:
    if isinstance(document, list):
        notes.append(
            "文件是要素的裸列表,按 FeatureCollection 读取 / "
            "the file is a bare list of features, read as a FeatureCollection"
        )
        return _checked(document, name=name)
    if not isinstance(document, dict):
        raise InputError(
            f"{name}: 不是 GeoJSON / not GeoJSON: 最外层应为对象 / the outermost value must be an "
            f"object, not {type(document).__name__}"
        )
    kind = document.get("type")
    if kind == "FeatureCollection":
        return _checked(document.get("features"), name=name)
    if kind == "Feature":
        return _checked([document], name=name)
    if kind in GEOMETRY_TYPES or (kind is None and _depth(document) == DEPTH_OF_MULTIPOLYGON):
        return [{"geometry": document}]
    if kind is None and "coordinates" in document:
        raise InputError(
            f'{name}: 几何缺少 "type" / the geometry lacks "type": 坐标嵌套 / coordinates nested '
            f"{_depth(document)} deep 可能是几种类型 / may be one of several; 请补上 / add one of "
            + ", ".join(GEOMETRY_TYPES)
        )
    allowed = ("FeatureCollection", "Feature", *GEOMETRY_TYPES)
    raise InputError(f"{name}: 不是 GeoJSON / not GeoJSON: " + unknown_value("type", kind, allowed))


def _checked(features: Any, *, name: str) -> list[dict[str, Any]]:
    if not isinstance(features, list):
        raise InputError(f'{name}: "features" 应为列表 / must be a list')
    for row, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise InputError(
                f'{name}: 第 {row} 项不是要素 / item {row} is not a Feature ("type": "Feature")'
            )
        if not isinstance(feature.get("properties") or {}, dict):
            raise InputError(f'{name}: row {row}: "properties" 应为对象 / must be an object')
    return features


def _depth(geometry: Mapping[str, Any]) -> int:
    depth, inner = 0, geometry.get("coordinates")
    while isinstance(inner, list):
        depth += 1
        inner = inner[0] if inner else None
    return depth


def _geometry(geometry: Any, *, row: int, notes: list[str]) -> Any:
    if geometry is None:
        return None
    if isinstance(geometry, dict) and geometry.get("type") is None:
        if _depth(geometry) != DEPTH_OF_MULTIPOLYGON:
            notes.append(f'row {row}: 几何缺少 / geometry lacks "type", 未使用 / not used')
            return None
        geometry = {**geometry, "type": "MultiPolygon"}
        notes.append(
            f'row {row}: 几何缺少 / geometry lacks "type", 坐标嵌套四层,按 MultiPolygon 读取 / '
            "coordinates nested four deep, read as a MultiPolygon"
        )
    try:
        return shapely.geometry.shape(geometry)
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError) as error:
        # The library raises whatever its unpacking of the lists meets.
        notes.append(f"row {row}: 几何无法读取 / geometry cannot be read ({error})")
        return None


def _declared_crs(document: Any) -> str:
    """The `crs` member of old GeoJSON; without one the standard says WGS-84."""
    declared = document.get("crs") if isinstance(document, dict) else None
    properties = declared.get("properties") if isinstance(declared, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else "OGC:CRS84"


def _attributes(rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        {name: [_as_written(row.get(name)) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


def _as_written(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, WrittenNumber):
        return value.text
    if isinstance(value, list):
        return f"[{', '.join(_nested(item) for item in value)}]"
    if isinstance(value, dict):
        members = (f"{_nested(name)}: {_nested(item)}" for name, item in value.items())
        return "{" + ", ".join(members) + "}"
    return json.dumps(value)


def _nested(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return _as_written(value) or "null"


# Shapefile, GeoPackage


def _read_layer(file: Path, *, name: str) -> RawFeatures:
    # A .dbf says its encoding in a .cpg or not at all; Latin-1 keeps the bytes for a later look.
    is_undeclared = file.suffix.lower() == ".shp" and not _sibling(file, ".cpg")
    try:
        layers = pyogrio.list_layers(file)
        names = [str(layer) for layer, kind in layers if kind is not None]
        if len(names) != 1:
            raise InputError(
                f"{name}: 应恰有一个图层 / must have exactly one layer with geometries, "
                f"has {len(names)}: {', '.join(names)}"
            )
        meta, table = pyogrio.raw.read_arrow(
            file, layer=names[0], encoding="ISO-8859-1" if is_undeclared else None
        )
    except (RuntimeError, ValueError, pa.ArrowException) as error:
        raise InputError(f"{name}: 无法读取 / cannot be read: {error}") from error
    geometry_name = meta["geometry_name"] or "wkb_geometry"
    attributes = pl.DataFrame(
        {
            column: [_as_text(value) for value in table[column].to_pylist()]
            for column in map(str, meta["fields"])
        },
        schema=dict.fromkeys(map(str, meta["fields"]), pl.String),
    )
    notes: list[str] = []
    if is_undeclared:
        attributes = _decode(attributes, notes=notes)
    geometries = shapely.from_wkb(table[geometry_name].to_pylist(), on_invalid="ignore")
    return RawFeatures(
        attributes=attributes,
        geometries=np.asarray(geometries, dtype=object),
        crs=meta["crs"],
        notes=notes,
    )


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return None if np.isnan(value) else np.format_float_positional(value, trim="-")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _decode(attributes: pl.DataFrame, *, notes: list[str]) -> pl.DataFrame:
    """Bytes read as Latin-1 become text: UTF-8 if all of them are, else GB18030, else as read."""
    text = "\n".join(value for row in attributes.iter_rows() for value in row if value)
    if text.isascii():
        return attributes
    for encoding in CHINESE_SHAPEFILE_ENCODINGS:
        try:
            text.encode("latin-1").decode(encoding)
        except UnicodeDecodeError:
            continue
        notes.append(
            f"属性编码未声明(缺 .cpg),按 {encoding} 读取 / "
            f"attribute encoding undeclared (no .cpg), read as {encoding}"
        )
        return pl.DataFrame([_redecoded(column, encoding) for column in attributes])
    notes.append("属性编码未知,按 ISO-8859-1 读取 / attribute encoding unknown, read as ISO-8859-1")
    return attributes


def _redecoded(column: pl.Series, encoding: str) -> pl.Series:
    values = [None if value is None else value.encode("latin-1") for value in column]
    decoded = [None if value is None else value.decode(encoding) for value in values]
    return pl.Series(column.name, decoded, dtype=pl.String)


def _sibling(file: Path, suffix: str) -> bool:
    return any(
        other.stem == file.stem and other.suffix.lower() == suffix
        for other in file.parent.iterdir()
    )


# Zip


@contextmanager
def _unzipped(path: Path) -> Iterator[Path]:
    """The file itself, or the only readable one of a `.zip` in a folder that lasts the block.

    Members get plain names: a zip made on Chinese Windows names them in bytes nothing agrees on.
    """
    if not path.is_file():
        raise InputError(f"{path}: 文件不存在 / no such file")
    if path.suffix.lower() != ".zip":
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                member = _only_member(archive.namelist(), name=path.name)
                for other in archive.namelist():
                    if PurePosixPath(other).with_suffix("") == member.with_suffix(""):
                        target = Path(folder, f"layer{PurePosixPath(other).suffix.lower()}")
                        target.write_bytes(archive.read(other))
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise InputError(f"{path.name}: 无法解压 / cannot be unzipped: {error}") from error
        yield Path(folder, f"layer{member.suffix.lower()}")


def _only_member(names: list[str], *, name: str) -> PurePosixPath:
    members = [
        PurePosixPath(member)
        for member in names
        if member.lower().endswith((*GEOJSON_SUFFIXES, *LAYER_SUFFIXES))
        and not member.startswith("__MACOSX/")
    ]
    if len(members) != 1:
        raise InputError(
            f"{name}: 压缩包应恰有一个边界文件 / the zip must hold exactly one file of "
            f"{', '.join((*GEOJSON_SUFFIXES, *LAYER_SUFFIXES))}; 现有 / it holds {len(members)}: "
            + ", ".join(map(str, members))
        )
    return members[0]

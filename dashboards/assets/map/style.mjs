// The map's layers. No glyphs, sprites or tiles but our own: letters are drawn by the browser.
import { GROUND, colours, faintColours } from "./palette.mjs";

/**
 * `aside` says that an area lies beside the one looked into. What a feature's state `k` says: the place of its colour, the same but faint, no value, not shown.
 * The paint of a layer never changes with the KPI, since that would make all tiles again.
 */
export const FAINT = 64;
export const NO_VALUE = 128;
export const OUTSIDE = -1;

const EARTH_M = 40_075_016.7;
/** Pixels across the world at zoom 0. */
const WORLD_PIXELS = 512;

export const metresPerPixel = (latitude, zoom) => (EARTH_M * Math.cos((latitude * Math.PI) / 180)) / (WORLD_PIXELS * 2 ** zoom);

const FONTS = ["Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "sans-serif"];
const STATE = ["coalesce", ["feature-state", "k"], OUTSIDE];
const STEPS_BACK = 0.28;

const is = (name) => ["boolean", ["feature-state", name], false];
const byZoom = (...stops) => ["interpolate", ["exponential", 1.4], ["zoom"], ...stops];

/** Fill colour by the state of a feature. */
const fillColour = (scheme) => {
  const faint = faintColours(scheme);
  const cases = colours(scheme).flatMap((colour, k) => [k, colour, k + FAINT, faint[k]]);
  return ["match", STATE, ...cases, NO_VALUE, GROUND[scheme].none, "rgba(0,0,0,0)"];
};

/** Side in pixels of a level's middle area from which its borders are drawn: below, they would hide its colours. */
const LINED_FROM_PIXELS = 6;
/** And from which areas are hatched: below, there would be nothing but hatching. */
const HATCHED_FROM_PIXELS = 24;
const HIGHEST_ZOOM = 24;

/** Zoom from which the middle area of a level has a side of so many pixels; `side` is that of zoom 0. */
const zoomOf = (pixels, side) => Math.min(HIGHEST_ZOOM, Math.max(0, Math.log2(pixels / side)));

/** Borders of a level: `widths` by zoom, thicker round an area chosen, looked into or pointed at. */
const line = (level, side, ground, { join, widths }) => ({
  id: `${level}-line`, type: "line", source: "areas", "source-layer": level,
  minzoom: zoomOf(LINED_FROM_PIXELS, side),
  layout: { "line-join": join },
  paint: {
    "line-color": ["case", ["any", is("selected"), is("chosen")], ground.selected, ["any", is("hover"), is("focus")], ground.hover, ground[level]],
    "line-width": byZoom(...widths.flatMap(([zoom, width]) =>
      [zoom, ["case", is("selected"), 3.2, is("chosen"), width + 0.8, is("focus"), 2.8, is("hover"), 2.2, width]])),
    "line-opacity": ["case", is("aside"), STEPS_BACK, 1],
  },
});

/** Rings where borders are not drawn yet: round the areas pointed at, chosen by hand and `selected`. */
const ring = (level, side, ground) => ({
  id: `${level}-ring`, type: "circle", source: "marks",
  maxzoom: zoomOf(LINED_FROM_PIXELS, side),
  filter: ["==", ["get", "level"], level],
  paint: {
    "circle-radius": ["match", ["get", "what"], "selected", 8, "hover", 6, 3.5],
    "circle-color": "rgba(0,0,0,0)",
    "circle-stroke-color": ["match", ["get", "what"], "hover", ground.hover, ground.selected],
    "circle-stroke-width": ["match", ["get", "what"], "selected", 3.2, 2],
  },
});

const values = (level, side, scheme) => [
  {
    id: `${level}-fill`, type: "fill", source: "areas", "source-layer": level,
    layout: { visibility: "none" },
    paint: { "fill-color": fillColour(scheme), "fill-antialias": level !== "grid" },
  },
  {
    id: `${level}-hatch`, type: "fill", source: "areas", "source-layer": level,
    minzoom: zoomOf(HATCHED_FROM_PIXELS, side),
    layout: { visibility: "none" },
    paint: {
      "fill-pattern": "hatch",
      "fill-opacity": ["case", [">=", STATE, FAINT], 1, 0],
      "fill-antialias": false,
    },
  },
];

/** Widths in pixels by zoom. Round corners are three times the work, and not to be seen on thin lines. */
const LINES = {
  grid: { join: "bevel", widths: [[8, 0.25], [12, 0.7], [15, 1.2]] },
  community: { join: "bevel", widths: [[8, 0.35], [12, 1.1], [15, 1.8]] },
  town: { join: "bevel", widths: [[8, 0.8], [12, 1.7], [15, 2.6]] },
  county: { join: "round", widths: [[8, 1.8], [12, 3], [15, 4]] },
};

/** The whole style for a county's tiles and levels (top first), with the values of one level shown. `sides`: by level, the side of its middle area in pixels of zoom 0. */
export const mapStyle = ({ county, tiles, levels, sides, scheme, shown }) => {
  const ground = GROUND[scheme];
  const lower = [...levels].reverse();
  const has = (level) => level in tiles.layers;
  const style = {
    version: 8,
    transition: { duration: 0, delay: 0 },
    sources: {
      areas: {
        type: "vector",
        tiles: [`${location.origin}/tiles/${county}/${tiles.fingerprint}/{z}/{x}/{y}.pbf`],
        minzoom: tiles.minzoom,
        maxzoom: tiles.maxzoom,
        bounds: tiles.bounds,
      },
      labels: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
      marks: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": ground.ground } },
      ...(has("county") ? [
        { id: "land", type: "fill", source: "areas", "source-layer": "county", paint: { "fill-color": ground.land, "fill-antialias": false } },
      ] : []),
      ...levels.filter(has).flatMap((level) => values(level, sides[level], scheme)),
      ...lower.filter(has).map((level) => line(level, sides[level], ground, LINES[level])),
      ...levels.filter(has).map((level) => ring(level, sides[level], ground)),
      {
        id: "labels", type: "symbol", source: "labels",
        layout: {
          "text-field": ["case", ["==", ["get", "value"], ""], ["get", "name"],
            ["format", ["get", "name"], {}, "\n", {}, ["get", "value"], { "font-scale": 0.86 }]],
          "text-font": FONTS,
          "text-size": byZoom(8, 11, 11, 13, 15, 15),
          "text-max-width": 9,
          "text-line-height": 1.25,
          "text-padding": 3,
          "symbol-sort-key": ["get", "order"],
        },
        paint: { "text-color": ground.text, "text-halo-color": ground.halo, "text-halo-width": 1.6, "text-halo-blur": 0.4 },
      },
    ],
  };
  const visible = new Map(visibleLayers(levels, shown));
  for (const layer of style.layers) {
    if (visible.has(layer.id)) layer.layout = { ...layer.layout, visibility: visible.get(layer.id) };
  }
  return style;
};

/** Which layers show: the values of one level, its lines and those of the levels above it. */
export const visibleLayers = (levels, shown) => {
  const depth = levels.indexOf(shown);
  const said = (isVisible) => (isVisible ? "visible" : "none");
  return levels.flatMap((level, at) => [
    [`${level}-fill`, said(level === shown)],
    [`${level}-hatch`, said(level === shown)],
    [`${level}-line`, said(at <= depth)],
  ]);
};

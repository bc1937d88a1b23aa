// The map's layers. No glyphs, sprites or tiles but our own: letters are drawn by the browser.
import { GROUND, colours, faintColours } from "./palette.mjs";

/**
 * `aside` says that an area lies beside the one looked into. What a feature's state `k` says: the place of its colour, the same but faint, no value, not shown.
 * The paint of a layer never changes with the KPI, since that would make all tiles again.
 */
export const FAINT = 64;
export const NO_VALUE = 128;
export const OUTSIDE = -1;

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

/** Borders of a level: `widths` by zoom, thicker round an area chosen, looked into or pointed at. */
const line = (level, ground, widths) => ({
  id: `${level}-line`, type: "line", source: "areas", "source-layer": level,
  layout: { "line-join": "round" },
  paint: {
    "line-color": ["case", ["any", is("selected"), is("chosen")], ground.selected, ["any", is("hover"), is("focus")], ground.hover, ground[level]],
    "line-width": byZoom(...widths.flatMap(([zoom, width]) =>
      [zoom, ["case", is("selected"), 3.2, is("chosen"), width + 0.8, is("focus"), 2.8, is("hover"), 2.2, width]])),
    "line-opacity": ["case", is("aside"), STEPS_BACK, 1],
  },
});

/** Zooms from which areas are hatched: below, many small ones would be nothing but lines. */
const HATCHED_FROM = { county: 0, town: 0, community: 9.6, grid: 10.8 };

const values = (level, scheme) => [
  {
    id: `${level}-fill`, type: "fill", source: "areas", "source-layer": level,
    layout: { visibility: "none" },
    paint: { "fill-color": fillColour(scheme), "fill-antialias": level !== "grid" },
  },
  {
    id: `${level}-hatch`, type: "fill", source: "areas", "source-layer": level,
    minzoom: HATCHED_FROM[level],
    layout: { visibility: "none" },
    paint: {
      "fill-pattern": "hatch",
      "fill-opacity": ["case", [">=", STATE, FAINT], 1, 0],
      "fill-antialias": false,
    },
  },
];

/** Widths in pixels by zoom. */
const WIDTHS = {
  grid: [[8, 0.25], [12, 0.7], [15, 1.2]],
  community: [[8, 0.35], [12, 1.1], [15, 1.8]],
  town: [[8, 0.8], [12, 1.7], [15, 2.6]],
  county: [[8, 1.8], [12, 3], [15, 4]],
};

/** The whole style for a county's tiles and levels (top first), with the values of one level shown. */
export const mapStyle = ({ county, tiles, levels, scheme, shown }) => {
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
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": ground.ground } },
      ...(has("county") ? [
        { id: "county-glow", type: "line", source: "areas", "source-layer": "county",
          layout: { "line-join": "round", "line-cap": "round" },
          paint: { "line-color": ground.glow, "line-width": byZoom(8, 12, 12, 20), "line-blur": byZoom(8, 9, 12, 14) } },
        { id: "land", type: "fill", source: "areas", "source-layer": "county", paint: { "fill-color": ground.land } },
      ] : []),
      ...levels.filter(has).flatMap((level) => values(level, scheme)),
      ...lower.filter(has).map((level) => line(level, ground, WIDTHS[level])),
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

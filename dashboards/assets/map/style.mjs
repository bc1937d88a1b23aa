// The map's layers. No glyphs, sprites or tiles but our own: letters are drawn by the browser.
import { GROUND, classColours, faint } from "./palette.mjs";

/** What a feature's state `k` says: a class from 0, the same but uncertain, no value, not shown. */
export const FAINT = 8;
export const NO_VALUE = 16;
export const OUTSIDE = -1;

const FONTS = ["Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "sans-serif"];
const STATE = ["coalesce", ["feature-state", "k"], OUTSIDE];
/** Lines of areas beside the one looked into step back. */
export const INSIDE_ONLY = ["case", [">=", STATE, 0], 1, 0.28];

const is = (name) => ["boolean", ["feature-state", name], false];
const byZoom = (...stops) => ["interpolate", ["exponential", 1.4], ["zoom"], ...stops];

/** Fill colour by the state of a feature. */
export const fillColour = (classes, better, scheme) => {
  const colours = classColours(classes, better, scheme);
  const cases = colours.flatMap((colour, k) => [k, colour, k + FAINT, faint(colour)]);
  return ["match", STATE, ...cases, NO_VALUE, GROUND[scheme].none, "rgba(0,0,0,0)"];
};

const line = (level, colour, width, extra = {}) => ({
  id: `${level}-line`, type: "line", source: "areas", "source-layer": level,
  layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": width }, ...extra,
});

/** Outline of the areas pointed at, chosen or looked into. */
const outline = (level, ground) => ({
  id: `${level}-mark`, type: "line", source: "areas", "source-layer": level,
  layout: { "line-join": "round", visibility: "none" },
  paint: {
    "line-color": ["case", is("selected"), ground.selected, ground.hover],
    "line-width": ["case", is("selected"), 3.2, is("hover"), 2, is("focus"), 2.6, 0],
    "line-opacity": ["case", is("selected"), 1, is("hover"), 0.9, is("focus"), 0.9, 0],
  },
});

/** Zooms from which unsteady areas are hatched: below, many small ones would be nothing but lines. */
const HATCHED_FROM = { county: 0, town: 0, community: 9.6, grid: 10.8 };

const values = (level) => [
  {
    id: `${level}-fill`, type: "fill", source: "areas", "source-layer": level,
    layout: { visibility: "none" },
    paint: { "fill-color": "rgba(0,0,0,0)", "fill-antialias": level !== "grid" },
  },
  {
    id: `${level}-hatch`, type: "fill", source: "areas", "source-layer": level,
    layout: { visibility: "none" },
    paint: {
      "fill-pattern": "hatch",
      "fill-opacity": ["step", ["zoom"], ["case", ["==", STATE, NO_VALUE], 1, 0],
        HATCHED_FROM[level], ["case", [">=", STATE, FAINT], 1, 0]],
      "fill-antialias": false,
    },
  },
];

const LINES = {
  grid: (ground) => line("grid", ground.grid, byZoom(8, 0.25, 12, 0.7, 15, 1.2)),
  community: (ground) => line("community", ground.community, byZoom(8, 0.35, 12, 1.1, 15, 1.8)),
  town: (ground) => line("town", ground.town, byZoom(8, 0.8, 12, 1.7, 15, 2.6)),
  county: (ground) => line("county", ground.county, byZoom(8, 1.8, 12, 3, 15, 4)),
};

/** The whole style for a county's tiles and levels (top first). */
export const mapStyle = ({ county, tiles, levels, scheme }) => {
  const ground = GROUND[scheme];
  const lower = [...levels].reverse();
  const has = (level) => level in tiles.layers;
  return {
    version: 8,
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
        line("county", ground.glow, byZoom(8, 10, 12, 18), { id: "county-glow",
          paint: { "line-color": ground.glow, "line-width": byZoom(8, 12, 12, 20), "line-blur": byZoom(8, 9, 12, 14) } }),
        { id: "land", type: "fill", source: "areas", "source-layer": "county", paint: { "fill-color": ground.land } },
      ] : []),
      ...levels.filter(has).flatMap(values),
      ...lower.filter(has).map((level) => LINES[level](ground)),
      ...lower.filter(has).map((level) => outline(level, ground)),
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
};

/** Which layers show: the values of one level, its lines and those of the levels above it. */
export const visibleLayers = (levels, shown, focus) => {
  const depth = levels.indexOf(shown);
  return levels.flatMap((level, at) => {
    const asked = level === shown;
    const marked = asked || level === focus;
    return [
      [`${level}-fill`, asked], [`${level}-hatch`, asked],
      [`${level}-line`, at <= depth], [`${level}-mark`, marked],
    ];
  });
};

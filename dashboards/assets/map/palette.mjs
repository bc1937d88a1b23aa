// Colours of the map. Ramps change in lightness from end to end, so they read without telling hues
// apart; where hues do matter they are orange and blue. The strong end always stands off the ground,
// and means "look here".

const RAMPS = {
  light: {
    attention: ["#fdf0d3", "#f9cf94", "#ef9f5b", "#d0632f", "#8f2d14"],
    neutral: ["#e3eff4", "#b3d3e0", "#78b0c9", "#3d83a6", "#124f73"],
  },
  dark: {
    attention: ["#3a332c", "#63482f", "#a06431", "#dc9145", "#ffd08c"],
    neutral: ["#24343f", "#2d5368", "#397a99", "#5fabca", "#b4e4f4"],
  },
};

/** From much better to much worse. */
const BOTH_SIDES = {
  light: ["#124f73", "#3d83a6", "#8fbfd5", "#d5e6ee", "#fbe6cf", "#f4b983", "#d0632f", "#8f2d14"],
  dark: ["#b4e4f4", "#5fabca", "#36718e", "#263d4a", "#45382c", "#8a5a32", "#dc9145", "#ffd08c"],
};

/** In the order of `dashboards.map.hot.SPOTS`. */
const SPOTS = {
  light: ["#8f2d14", "#e0803c", "#f8dcb0", "#eef1f3", "#d3e4ed", "#2f7aa3"],
  dark: ["#ffd08c", "#c7772f", "#54402c", "#232b32", "#28404f", "#6db6d6"],
};

/** In the order of `geo.hotspots.emerging.CLASSES`. */
const FOLLOWED = {
  light: ["#6a1b4d", "#a8351a", "#e08a3c", "#7fb0c9", "#d8cfa8", "#eef1f3"],
  dark: ["#ffc2e2", "#ffb37a", "#c7772f", "#4f94b3", "#6a6444", "#232b32"],
};

/** Risk from low to high, and in each the gap from none to large. */
const PAIRS = {
  light: [
    "#edf0f2", "#b5d5e4", "#5b9dc2",
    "#f6d5aa", "#b9a8a5", "#6a7d98",
    "#dc8340", "#98675a", "#4b2f45",
  ],
  dark: [
    "#232b32", "#2c566b", "#4d9fc4",
    "#5d4630", "#77706c", "#86abc4",
    "#d58a45", "#dcae92", "#fff0dc",
  ],
};

export const GROUND = {
  light: {
    ground: "#e9edf0", land: "#f7f8f8", none: "#dfe3e6", hatch: "rgba(70,84,96,.42)",
    grid: "rgba(60,72,84,.24)", community: "rgba(50,64,78,.42)", town: "rgba(38,52,68,.78)",
    county: "#1f2f40", text: "#1b2733", halo: "rgba(255,255,255,.92)",
    hover: "#1b2733", selected: "#0f4c81",
  },
  dark: {
    ground: "#11161b", land: "#1a2127", none: "#252d34", hatch: "rgba(170,186,200,.34)",
    grid: "rgba(205,220,232,.16)", community: "rgba(205,220,232,.32)", town: "rgba(214,228,240,.62)",
    county: "#dbe6ef", text: "#f0f5f9", halo: "rgba(14,19,24,.88)",
    hover: "#f0f5f9", selected: "#7cc0ff",
  },
};

/** Shades of a ramp: as many as tell up to seven classes evenly apart. */
const SHADES = 13;

const parts = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const hexOf = (rgb) => `#${rgb.map((one) => Math.round(one).toString(16).padStart(2, "0")).join("")}`;

const shades = (anchors) => Array.from({ length: SHADES }, (_, at) => {
  const place = (at * (anchors.length - 1)) / (SHADES - 1);
  const from = Math.min(Math.floor(place), anchors.length - 2);
  const [one, other] = [parts(anchors[from]), parts(anchors[from + 1])];
  return hexOf(one.map((value, part) => value + (other[part] - value) * (place - from)));
});

const lists = (scheme) => [
  shades(RAMPS[scheme].attention), shades(RAMPS[scheme].neutral),
  BOTH_SIDES[scheme], SPOTS[scheme], FOLLOWED[scheme], PAIRS[scheme],
];
const STARTS = lists("light").map((_, at, all) => all.slice(0, at).flat().length);
const [ATTENTION, NEUTRAL, SIDES, OF_SPOTS, OF_FOLLOWED, OF_PAIRS] = STARTS;

/** All colours of a scheme; a class is painted by its place in this list. */
export const colours = (scheme) => lists(scheme).flat();

const ramp = (count, better) => {
  const start = better === "neither" ? NEUTRAL : ATTENTION;
  const places = Array.from({ length: count }, (_, k) =>
    start + (count === 1 ? SHADES >> 1 : Math.round((k * (SHADES - 1)) / (count - 1))));
  return better === "higher" ? places.reverse() : places;
};

/** As many shades on both sides of zero, the strong ones far from it. */
const sides = (count, better) => {
  const each = count >> 1;
  const far = { 1: [2], 2: [1, 3], 3: [0, 1, 3], 4: [0, 1, 2, 3] }[Math.min(each, 4)];
  const falling = Array.from({ length: each }, (_, k) => far[Math.min(k, far.length - 1)]);
  const places = [...falling, ...falling.map((place) => 7 - place).reverse()].map((place) => SIDES + place);
  return better === "higher" ? places.reverse() : places;
};

const FIXED = { spots: [OF_SPOTS, 6], followed: [OF_FOLLOWED, 6], pairs: [OF_PAIRS, 9] };

/** Places of the classes' colours, from the lowest value up: strong is where the worse values are. */
export const classPlaces = (count, { better, colours: kind }) => {
  if (kind in FIXED) {
    const [start, length] = FIXED[kind];
    return Array.from({ length }, (_, k) => start + k);
  }
  return kind === "sides" && count > 1 ? sides(count, better) : ramp(count, better);
};

/** Colours of the classes, from the lowest value up. */
export const classColours = (count, measure, scheme) => {
  const all = colours(scheme);
  return classPlaces(count, measure).map((place) => all[place]);
};

/** The same colour let through in part, over the ground: for values that chance may have made. */
const FAINT = 0.64;
/** A difference that may be chance is nearly none. */
const FAINT_DIFFERENCE = 0.34;

/** All colours of a scheme in their faint form, in the same places. */
export const faintColours = (scheme) => colours(scheme).map((hex, place) => {
  const share = place >= SIDES && place < OF_SPOTS ? FAINT_DIFFERENCE : FAINT;
  return `rgba(${parts(hex).join(",")},${share})`;
});

/** Diagonal lines that repeat without a seam: lack of evidence, with or without a colour below. */
export const hatch = (scheme, ratio) => {
  const size = 8 * ratio;
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.strokeStyle = GROUND[scheme].hatch;
  pen.lineWidth = 1.1 * ratio;
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
  }
  pen.stroke();
  return pen.getImageData(0, 0, size, size);
};

// Colours of the map. Both ramps change in lightness from end to end, so they read without telling
// hues apart; the strong end always stands off the ground, and means "look here".

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

export const GROUND = {
  light: {
    ground: "#e9edf0", land: "#f7f8f8", none: "#dfe3e6", hatch: "rgba(70,84,96,.42)",
    grid: "rgba(60,72,84,.24)", community: "rgba(50,64,78,.42)", town: "rgba(38,52,68,.78)",
    county: "#1f2f40", glow: "rgba(31,47,64,.16)", text: "#1b2733", halo: "rgba(255,255,255,.92)",
    hover: "#1b2733", selected: "#0f4c81",
  },
  dark: {
    ground: "#11161b", land: "#1a2127", none: "#252d34", hatch: "rgba(170,186,200,.34)",
    grid: "rgba(205,220,232,.16)", community: "rgba(205,220,232,.32)", town: "rgba(214,228,240,.62)",
    county: "#dbe6ef", glow: "rgba(0,0,0,.5)", text: "#f0f5f9", halo: "rgba(14,19,24,.88)",
    hover: "#f0f5f9", selected: "#7cc0ff",
  },
};

const STEPS = 5;

/** All colours of a scheme; a class is painted by its place in this list. */
export const colours = (scheme) => [...RAMPS[scheme].attention, ...RAMPS[scheme].neutral];

/** Places of the classes' colours, from the lowest value up: strong is where the worse values are. */
export const classPlaces = (count, better) => {
  const start = better === "neither" ? STEPS : 0;
  const places = Array.from({ length: count }, (_, k) =>
    start + (count === 1 ? 2 : Math.round((k * (STEPS - 1)) / (count - 1))));
  return better === "higher" ? places.reverse() : places;
};

/** Colours of the classes, from the lowest value up. */
export const classColours = (count, better, scheme) => {
  const all = colours(scheme);
  return classPlaces(count, better).map((place) => all[place]);
};

/** The same colour let through in part, over the ground: for values that chance may have made. */
export const faint = (hex) => {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},.64)`;
};

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

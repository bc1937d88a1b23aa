// What the map can show: by mode the measure of its values, what can be chosen, the order of areas,
// and what is said of one area beside its value.
import { NO_CLASS, UNCERTAIN } from "./data.mjs";

export const RAW = "raw";
export const MODES = [RAW, "smoothed", "change", "risk", "hotspots", "gap", "bivariate"];
const OF_KPIS = new Set([RAW, "smoothed", "change"]);
const OF_KINDS = new Set(["risk", "hotspots", "bivariate"]);
const OF_FINEST = new Set(["risk", "hotspots", "bivariate", "gap"]);

export const showsKpi = (mode) => OF_KPIS.has(mode);
export const hasKinds = (mode) => OF_KINDS.has(mode);
export const hasHorizon = (mode) => mode === "risk" || mode === "bivariate";
export const hasCoverage = (mode) => mode === "gap" || mode === "bivariate";
export const hasPeriod = (mode, follow) => mode !== "risk" && !(mode === "hotspots" && follow);
export const hasClassing = (mode) => mode !== "hotspots" && mode !== "bivariate";

/** Levels a mode can show: hot spots are of the finest one only. */
export const levelsOf = (mode, levels) => (mode === "hotspots" ? levels.slice(-1) : levels);
/** The level shown where the address names none: a planner's modes begin with the grids. */
export const firstLevel = (mode, levels) => (OF_FINEST.has(mode) ? levels.at(-1) : levels[0]);

/** Which parameters a mode's values depend on, each at the server's own default if empty. */
export const modeParts = (given, mode) => {
  const names = ["classes", "steps"];
  if (given.classes === "fixed") names.push("breaks");
  if (hasKinds(mode)) names.push("family");
  if (hasHorizon(mode)) names.push("horizon");
  if (hasCoverage(mode)) names.push("coverage");
  if (mode === "hotspots") names.push("against", "follow");
  if (mode === "change") names.push("compare");
  const said = Object.fromEntries(names.filter((name) => given[name]).map((name) => [name, given[name]]));
  return mode === RAW ? said : { mode, ...said };
};

/** How values of a mode are written and coloured, in the form of a KPI. */
export const measureOf = (mode, { words, kpi, shading, view }) => {
  const plain = { kind: mode, is_share: false, decimals: 2, better: "lower", colours: "ramp" };
  const name = words.text(`map.mode.${mode}`);
  if (mode === "risk") return { ...plain, id: "risk", name, unit: words.text("unit.cases") };
  if (mode === "bivariate") return { ...plain, id: "risk", name, unit: words.text("unit.cases"), colours: "pairs" };
  if (mode === "hotspots") {
    return { ...plain, id: "hotspots", name, unit: words.text("map.times"), colours: view.follow ? "followed" : "spots" };
  }
  if (mode === "gap") {
    const unit = words.text("unit.percentage_points");
    return { ...plain, id: "gap", name: shading.facts.name ? words.of(shading.facts.name) : name, unit, is_share: true, decimals: 1 };
  }
  if (mode === "change") {
    const unit = kpi.is_share ? words.text("unit.percentage_points") : kpi.unit;
    return { ...kpi, unit, is_signed: true, kind: "change", colours: "sides" };
  }
  return { ...kpi, colours: "ramp" };
};

/** Numbers an area is put in order by, smallest first; an area without a class comes last. */
export const orderOf = (mode, { shading, kpi }, fid) => {
  const value = shading.values[fid] ?? NaN;
  const place = shading.classes[fid] ?? NO_CLASS;
  if (place === NO_CLASS) return [Infinity];
  const upward = kpi.better === "higher" ? value : -value;
  if (mode === "hotspots") return [place, -value];
  if (mode === "bivariate") return [-(Math.floor(place / 3) + (place % 3)), -Math.floor(place / 3), -value];
  // Chance puts the smallest areas at both ends of any order: unsteady values come later.
  return [shading.flags[fid] & UNCERTAIN ? 1 : 0, upward];
};

const reasons = ({ shading, words }, fid) => {
  const names = shading.facts.reasons ?? [];
  return [0, 1].flatMap((number) => {
    const place = shading.extra[`reason_${number}`]?.[fid] ?? NO_CLASS;
    const share = shading.extra[`share_${number}`]?.[fid] ?? 0;
    if (place === NO_CLASS || !names[place] || share < 0.01) return [];
    return [`${words.of(names[place])} ${words.number(100 * share)}%`];
  });
};

/** Why the value is what it is, in a few words; empty where there is nothing to add. */
export const noteOf = (mode, map, fid) => {
  const { shading, words, kpi, kpiShown } = map;
  const { extra } = shading;
  const known = (shading.classes[fid] ?? NO_CLASS) !== NO_CLASS;
  if (!known) return "";
  if (mode === "risk") return reasons(map, fid).join(" · ");
  if (mode === "hotspots" && extra.expected_count) {
    return words.text("map.hot.note", {
      count: words.number(shading.denominators[fid]), expected: words.number(extra.expected_count[fid], 1),
    });
  }
  if (mode === "hotspots") {
    return words.text("map.follow.note", {
      recent: words.number(extra.recent_ratio[fid], 2), earlier: words.number(extra.earlier_ratio[fid], 2),
    });
  }
  if (mode === "gap") return words.text("map.gap.note", { value: words.share(extra.covered[fid]) });
  if (mode === "bivariate") return words.text("map.pair.note", { gap: words.number(100 * extra.gap[fid], 1) });
  if (mode === "change") {
    return words.text("map.change.note", {
      before: words.value(extra.before[fid], kpiShown), now: words.value(extra.now[fid], kpiShown),
    });
  }
  if (mode === "smoothed") {
    const raw = extra.raw[fid];
    return Number.isNaN(raw) ? words.text("map.smoothed.none") : words.text("map.smoothed.note", { value: words.value(raw, kpi) });
  }
  return "";
};

/** Name of a category that is painted in place of a class. */
export const categoryName = (shading, place, words) => words.text(`map.class.${shading.categories[place]}`);

/** Expected cases as the chance of at least one, if they come independently. */
export const chanceOf = (expected) => 1 - Math.exp(-expected);

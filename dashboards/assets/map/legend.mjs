// What the colours mean: classes in the measure's unit, how many areas are in each, what hatching
// says, how classes are made, and what proves the picture.
import { NONE_DUE, NO_CLASS, UNCERTAIN, UNKNOWN } from "./data.mjs";
import { classColours } from "./palette.mjs";
import { FIXED, edgeField, edgesNow } from "./edges.mjs";
import { hasClassing } from "./modes.mjs";
import { withoutValue } from "./tip.mjs";
import { el } from "./words.mjs";

const CLASSINGS = ["quantile", "natural", "equal", FIXED];
const TOPS = [100, 50, 25, 10, 2];
const MOST_STEPS = 7;
const LEAST_STEPS = 3;

const scheme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

export class Legend {
  constructor() {
    this.node = el("div", { class: "legend" });
  }

  draw(map) {
    const { words, kpi, shading, canvas } = map;
    this.map = map;
    const colours = classColours(shading.counts.length, kpi, scheme());
    this.node.replaceChildren(
      el("div", { class: "legend-head" },
        el("strong", {}, words.text("map.legend", { unit: kpi.unit })),
        el("span", { class: "muted" }, this.extent()),
        el("button", {
          type: "button", class: "to-more", "aria-expanded": String(this.node.classList.contains("open")),
          onclick: ({ target }) => target.setAttribute("aria-expanded", String(this.node.classList.toggle("open"))),
        }, words.text("map.legend.more")),
        map.tools.button(),
        el("button", { type: "button", class: "to-ranking", onclick: () => map.toggleRanking() }, words.text("map.ranking"))),
      shading.missing ? el("p", { class: "nothing", role: "status" }, this.missing(), this.wayOut()) : this.classes(colours),
      this.doubts(colours),
      this.meaning(),
      shading.missing ? "" : this.choice(),
      shading.unplaced ? el("p", { class: "muted" }, words.text("map.unplaced", { count: words.number(shading.unplaced) })) : "",
      canvas ? "" : el("p", { class: "problem-message", role: "alert" }, words.text("map.no_webgl")),
      this.proof(),
    );
  }

  get inside() {
    const { areas, view } = this.map;
    return areas.within(view.focus, view.level);
  }

  /** How many areas are looked at, and where. */
  extent() {
    const { words, areas, view } = this.map;
    const told = { count: words.number(this.inside.length), level: words.level(view.level), place: view.focus.name };
    return words.text(view.focus.level === areas.levels[0] ? "map.legend.areas" : "map.legend.inside", told);
  }

  /** Of the areas looked at, how many are of each class, unsteady, or without a value. */
  tally() {
    const { classes, flags, counts } = this.map.shading;
    const found = { counts: counts.map(() => 0), [UNCERTAIN]: 0, [NONE_DUE]: 0, [UNKNOWN]: 0 };
    for (const { fid } of this.inside) {
      if ((classes[fid] ?? NO_CLASS) !== NO_CLASS) found.counts[classes[fid]] += 1;
      for (const flag of [UNCERTAIN, NONE_DUE, UNKNOWN]) if (flags[fid] & flag) found[flag] += 1;
    }
    return found;
  }

  /** Why nothing is shown. */
  missing() {
    const { words, shading, view, kpiShown } = this.map;
    const isUnfit = view.mode === "smoothed" && !kpiShown.can_smooth;
    return isUnfit ? words.text("map.smoothed.unfit", { kpi: kpiShown.name }) : shading.missing;
  }

  /** Of a KPI that cannot be smoothed, one that can. */
  wayOut() {
    const { map } = this;
    if (map.view.mode !== "smoothed" || map.kpiShown.can_smooth) return "";
    const other = map.setup.kpis.find((kpi) => kpi.can_smooth);
    return other ? el("a", { href: map.href({ kpi: other.id }) }, map.words.text("map.smoothed.instead", { kpi: other.name })) : "";
  }

  /** All lines as what stands before them, text and count: what an exported picture has, too. */
  lines(colouring = scheme()) {
    const { words, shading, kpi } = this.map;
    if (shading.missing) return [];
    const colours = classColours(shading.counts.length, kpi, colouring);
    const { counts } = this.tally();
    const classes = colours.map((colour, k) => ({ swatch: "class", colour, text: this.named(k), count: words.number(counts[k]) }));
    return [...classes, ...this.doubtful(colours).map((one) => ({ ...one, count: words.number(one.count) }))];
  }

  named(k) {
    const { words, shading, kpi } = this.map;
    return shading.categories.length ? words.text(`map.class.${shading.categories[k]}`) : this.range(k, shading, kpi, words);
  }

  classes(colours) {
    const { words, shading, view } = this.map;
    if (view.mode === "bivariate") return this.square(colours);
    const { counts } = this.tally();
    const most = Math.max(1, ...counts);
    return el("ul", { class: shading.categories.length ? "categories" : "" }, colours.map((colour, k) =>
      this.line(`--swatch:${colour}`, "", this.named(k), counts[k], most, words)));
  }

  /** Risk upward, gap to the right; each cell with how many areas it has. */
  square(colours) {
    const { words } = this.map;
    const { counts } = this.tally();
    const name = (part, k) => words.text(`map.pair.${part}.${k}`);
    const rows = [2, 1, 0].map((risk) => el("tr", {},
      el("th", { scope: "row" }, name("risk", risk)),
      [0, 1, 2].map((gap) => {
        const k = risk * 3 + gap;
        return el("td", { style: `--swatch:${colours[k]}` }, el("span", {}, words.number(counts[k])));
      })));
    return el("table", { class: "pairs" },
      el("caption", { class: "muted" }, words.text("map.pair.caption")),
      el("thead", {}, el("tr", {}, el("td", {}), [0, 1, 2].map((gap) => el("th", { scope: "col" }, name("gap", gap))))),
      el("tbody", {}, rows));
  }

  /** Lines of what is unsteady and of what has no value. */
  doubtful(colours) {
    const { words, shading, view } = this.map;
    const tally = this.tally();
    const unsteady = view.mode === "change" ? "map.uncertain.change.long" : "map.uncertain.long";
    return [
      { swatch: "faint", colour: colours[Math.floor(colours.length / 2)], text: words.text(unsteady), count: tally[UNCERTAIN] },
      { swatch: "none", colour: "", text: words.text(withoutValue(shading, NONE_DUE)), count: tally[NONE_DUE] },
      { swatch: "none", colour: "", text: words.text(withoutValue(shading, UNKNOWN)), count: tally[UNKNOWN] },
    ].filter(({ count }) => count);
  }

  doubts(colours) {
    const { words, shading } = this.map;
    if (shading.missing) return "";
    const most = Math.max(1, ...this.tally().counts);
    return el("ul", { class: "doubts" }, this.doubtful(colours).map(({ swatch, colour, text, count }) =>
      this.line(colour ? `--swatch:${colour}` : null, swatch, text, count, most, words)));
  }

  meaning() {
    if (this.map.shading.missing) return "";
    return el("div", { class: "meaning" }, this.sentences().map((one) => el("p", { class: "muted" }, one)));
  }

  /** What the mode's colours say, in a sentence or two. */
  sentences() {
    const { words, kpi, shading, view } = this.map;
    const { facts, mode } = { ...shading, mode: view.mode };
    const said = [];
    if (mode === "risk") said.push(words.text("map.risk.meaning", { days: words.days(shading.from, shading.to) }));
    else if (mode === "hotspots") {
      const key = view.follow ? "map.follow.meaning" : "map.hot.meaning";
      said.push(words.text(key, { count: words.number(facts.found ?? 0), months: facts.months ?? "", recent: facts.recent ?? "" }));
    } else if (mode === "change") {
      said.push(words.text(`map.change.${kpi.better}`));
      if (facts.has_intervals) said.push(words.text("map.change.judged", { count: words.number(facts.significant), alone: words.number(facts.alone) }));
      else if (!shading.missing) said.push(words.text("map.change.unjudged"));
    } else if (mode === "gap") {
      const target = facts.target === null ? words.text("map.gap.no_target") : words.share(facts.target);
      said.push(words.text("map.gap.meaning", { target, count: words.number(facts.covered ?? 0) }));
    } else if (mode === "bivariate") said.push(words.text("map.pair.meaning", { gap: words.number(100 * (facts.gap_edge ?? 0), 1) }));
    else said.push(words.text({ higher: "map.strong_low", lower: "map.strong_high", neither: "map.strong_more" }[kpi.better]));
    if (facts.has_severity === false) said.push(words.text("map.risk.all_cases"));
    if (mode === "smoothed" && facts.size) said.push(words.text("map.smoothed.meaning", { mean: words.value(facts.mean, kpi), size: words.number(facts.size) }));
    return said;
  }

  /** How classes are made, and how many there are at most. */
  choice() {
    const { map } = this;
    const { words, view } = map;
    if (!hasClassing(view.mode)) return "";
    const all = view.mode === "risk" ? ["top", ...CLASSINGS] : CLASSINGS;
    const classing = view.classes || all[0];
    const steps = Array.from({ length: MOST_STEPS - LEAST_STEPS + 1 }, (_, at) => String(at + LEAST_STEPS));
    const option = (value, text, chosen) => el("option", { value, selected: value === chosen }, text);
    const choose = ({ target: { value } }) =>
      map.change({ classes: value === all[0] ? "" : value, breaks: value === FIXED ? edgesNow(map) : "" });
    return el("div", { class: "classing" },
      el("label", {}, el("span", {}, words.text("map.classes")),
        el("select", { name: "classes", onchange: choose },
          all.map((one) => option(one, words.text(`map.classes.${one}`), classing)))),
      classing === FIXED ? edgeField(map) : el("label", {}, el("span", {}, words.text("map.steps")),
        el("select", { name: "steps", disabled: classing === "top", onchange: ({ target }) => map.change({ steps: target.value === "5" ? "" : target.value }) },
          steps.map((one) => option(one, one, view.steps || "5")))));
  }

  /** How good the risk is, in plain words, and what goes into it. */
  proof() {
    const { words, shading } = this.map;
    const { facts } = shading;
    if (!shading.said.length) return "";
    const items = (part) => el("ul", {}, (facts.features?.[part] ?? []).map((one) =>
      el("li", {}, el("span", {}, words.of(one)), el("span", { class: "muted" }, words.of({ zh: one.reason_zh, en: one.reason_en })))));
    return el("section", { class: "proof" },
      el("h3", {}, words.text("map.proof")),
      facts.is_forecast ? "" : el("p", { class: "chip fair" }, words.text("map.proof.baseline")),
      this.bars(),
      shading.said.map((text) => el("p", {}, words.of(text))),
      facts.backtest?.slope ? el("p", { class: "muted" }, words.text("map.proof.slope", {
        slope: words.number(facts.backtest.slope, 2), overlap: words.number(100 * (facts.backtest.overlap ?? 0)) })) : "",
      facts.features ? el("details", {},
        el("summary", {}, words.text("map.proof.features", { count: facts.features.grid.length + facts.features.county.length })),
        el("p", {}, words.text("map.proof.impersonal")),
        el("h4", {}, words.text("map.proof.grid")), items("grid"),
        el("h4", {}, words.text("map.proof.county")), items("county")) : "");
  }

  /** Of the cases, the share in the grids named: by what is shown, by last year's counts, by chance. */
  bars() {
    const { words, shading } = this.map;
    const { backtest, method } = shading.facts;
    if (!backtest) return "";
    const bar = (text, { value, low, high }, kind) => {
      const wide = (share) => `${(100 * share).toFixed(1)}%`;
      const range = low === null ? "" : ` (${words.number(100 * low, 1)}–${words.number(100 * high, 1)})`;
      return el("li", {},
        el("span", { class: "what" }, text),
        el("span", { class: `track ${kind}`, "aria-hidden": "true" }, el("i", { style: `width:${wide(value)}` })),
        el("span", { class: "figure" }, `${words.number(100 * value, 1)}%`, el("small", { class: "muted" }, range)));
    };
    const chance = { value: backtest.share, low: null, high: null };
    return el("ul", { class: "hit-rates", "aria-label": words.text("map.proof.bars", { weeks: backtest.windows }) },
      bar(words.of(method), backtest.shown, "shown"),
      shading.facts.is_prior ? "" : bar(words.text("map.proof.prior"), backtest.prior, ""),
      bar(words.text("map.proof.chance"), chance, ""));
  }

  line(style, kind, text, count, most, words) {
    return el("li", {},
      el("span", { class: `swatch ${kind}`, style }),
      el("span", { class: "range" }, text),
      el("span", { class: "bar", "aria-hidden": "true" }, el("i", { style: `width:${Math.round((count / most) * 100)}%` })),
      el("span", { class: "count" }, words.number(count)));
  }

  range(k, { breaks, low, high }, kpi, words) {
    const { view } = this.map ?? {};
    const isFixed = view?.classes === FIXED;
    // Typed edges are shown as they were typed, however many decimals they have.
    const written = (value) => (isFixed ? words.typed(Number((kpi.is_share ? value * 100 : value).toFixed(9))) : words.edge(value, kpi));
    const edge = (value) => `${kpi.is_signed && value > 0 ? "+" : ""}${written(value)}`;
    if (view?.mode === "gap" && (low === 0 || isFixed) && breaks.length) {
      if (k === 0) return words.text("map.gap.none");
      if (k === 1) return breaks.length > 1 ? `< ${edge(breaks[1])}` : `> 0`;
    }
    const top = view?.mode === "risk" && (view.classes || "top") === "top" && breaks.length === TOPS.length - 1;
    const named = top && k ? `${words.text("map.top", { share: TOPS[k] })} ` : top ? `${words.text("map.top.rest")} ` : "";
    if (!breaks.length) return low === null ? "—" : words.figure(low, kpi) === words.figure(high, kpi) ? words.figure(low, kpi) : `${words.figure(low, kpi)} – ${words.figure(high, kpi)}`;
    if (k === 0) return `${named}< ${edge(breaks[0])}`;
    if (k === breaks.length && high === breaks[k - 1] && !isFixed) return named + edge(breaks[k - 1]);
    if (k === breaks.length) return `${named}≥ ${edge(breaks[k - 1])}`;
    return named ? `${named}≥ ${edge(breaks[k - 1])}` : `${edge(breaks[k - 1])} – ${edge(breaks[k])}`;
  }
}

// What the colours mean: class breaks in the KPI's unit, how many areas are in each, and what the
// hatching says.
import { classColours } from "./palette.mjs";
import { el } from "./words.mjs";

const scheme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

export class Legend {
  constructor() {
    this.node = el("div", { class: "legend" });
  }

  draw(map) {
    const { words, kpi, shading, view, areas, canvas } = map;
    const colours = classColours(shading.breaks.length + 1, kpi.better, scheme());
    const most = Math.max(1, ...shading.counts);
    const all = areas.at[view.level].length;
    const meaning = { higher: "map.strong_low", lower: "map.strong_high", neither: "map.strong_more" }[kpi.better];
    this.node.replaceChildren(
      el("div", { class: "legend-head" },
        el("strong", {}, words.text("map.legend", { unit: kpi.unit })),
        el("span", { class: "muted" }, words.text("map.legend.areas", { count: words.number(all), level: words.level(view.level) })),
        el("button", { type: "button", class: "to-ranking", onclick: () => map.toggleRanking() }, words.text("map.ranking"))),
      el("ul", {}, colours.map((colour, k) => this.line(`--swatch:${colour}`, "", this.range(k, shading, kpi, words), shading.counts[k], most, words))),
      el("ul", { class: "doubts" }, this.doubts(shading, words, colours, most)),
      el("p", { class: "muted" }, words.text(meaning)),
      shading.unplaced ? el("p", { class: "muted" }, words.text("map.unplaced", { count: words.number(shading.unplaced) })) : "",
      canvas ? "" : el("p", { class: "problem-message", role: "alert" }, words.text("map.no_webgl")),
    );
  }

  doubts(shading, words, colours, most) {
    const middle = colours[Math.floor(colours.length / 2)];
    const lines = [];
    if (shading.uncertain) lines.push(this.line(`--swatch:${middle}`, "faint", words.text("map.uncertain.long"), shading.uncertain, most, words));
    if (shading.none_due) lines.push(this.line(null, "none", words.text("value.none"), shading.none_due, most, words));
    if (shading.unknown) lines.push(this.line(null, "none", words.text("value.all_excluded"), shading.unknown, most, words));
    return lines;
  }

  line(style, kind, text, count, most, words) {
    return el("li", {},
      el("span", { class: `swatch ${kind}`, style }),
      el("span", { class: "range" }, text),
      el("span", { class: "bar", "aria-hidden": "true" }, el("i", { style: `width:${Math.round((count / most) * 100)}%` })),
      el("span", { class: "count" }, words.number(count)));
  }

  range(k, { breaks, low, high }, kpi, words) {
    const edge = (value) => words.edge(value, kpi);
    if (!breaks.length) return low === null ? "—" : words.figure(low, kpi) === words.figure(high, kpi) ? words.figure(low, kpi) : `${words.figure(low, kpi)} – ${words.figure(high, kpi)}`;
    if (k === 0) return `< ${edge(breaks[0])}`;
    if (k === breaks.length && high === breaks[k - 1]) return edge(breaks[k - 1]);
    if (k === breaks.length) return `≥ ${edge(breaks[k - 1])}`;
    return `${edge(breaks[k - 1])} – ${edge(breaks[k])}`;
  }
}

// The areas of the map in order, the ones to look at first: the way in for keyboards, and what is
// shown where there is no map.
import { NO_CLASS, UNCERTAIN } from "./data.mjs";
import { categoryName, noteOf, orderOf } from "./modes.mjs";
import { classColours } from "./palette.mjs";
import { remarks } from "./tip.mjs";
import { el } from "./words.mjs";

const MOST = 100;
/** Without a map the list is all there is. */
const MOST_WITHOUT_MAP = 5000;
const [STEADY, UNSTEADY, NO_VALUE] = [0, 1, 2];

/** The first of a list in order; all of it is put in order only as far as that takes. */
export const firstOf = (all, most, isBefore) => {
  const first = [];
  for (const one of all) {
    if (first.length === most && !isBefore(one, first.at(-1))) continue;
    let [from, to] = [0, first.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isBefore(first[middle], one)) from = middle + 1;
      else to = middle;
    }
    first.splice(from, 0, one);
    if (first.length > most) first.pop();
  }
  return first;
};

const isBefore = (a, b) => {
  for (let at = 0; at < a.key.length && at < b.key.length; at += 1) {
    if (a.key[at] !== b.key[at]) return a.key[at] < b.key[at];
  }
  return a.area.code < b.area.code;
};

export class Ranking {
  constructor(map) {
    this.map = map;
    this.node = el("section", { class: "map-ranking map-box" });
  }

  /** So many areas inside the one looked at, those to look at first in front. */
  first(most, inside) {
    const keyed = inside.map((area) => ({ area, key: orderOf(this.map.view.mode, this.map, area.fid) }));
    return firstOf(keyed, most, isBefore).map(({ area }) => area);
  }

  group({ fid }) {
    const { shading, view } = this.map;
    if ((shading.classes[fid] ?? NO_CLASS) === NO_CLASS) return NO_VALUE;
    if (shading.categories.length && view.mode !== "bivariate") return `class ${shading.classes[fid]}`;
    return shading.flags[fid] & UNCERTAIN ? UNSTEADY : STEADY;
  }

  /** Said above the first of a group, once there is more than one. */
  heading(area, before) {
    const group = this.group(area);
    const { words, shading, view } = this.map;
    if (typeof group === "string") {
      if (before && group === this.group(before)) return "";
      return el("li", { class: "group muted" }, categoryName(shading, shading.classes[area.fid], words));
    }
    if (group === STEADY || (before ? group === this.group(before) : view.mode !== "change")) return "";
    const unsteady = view.mode === "change" ? "map.uncertain.change" : "map.uncertain";
    return el("li", { class: "group muted" }, words.text(group === UNSTEADY ? unsteady : "map.without_value"));
  }

  draw() {
    const { words, view, kpi, shading, areas } = this.map;
    const inside = areas.within(view.focus, view.level);
    const colours = classColours(shading.counts.length, kpi, document.documentElement.dataset.theme === "dark" ? "dark" : "light");
    const order = words.text(kpi.better === "neither" ? "map.order.high" : "map.order.worst");
    const most = this.map.canvas ? MOST : MOST_WITHOUT_MAP;
    const rows = this.first(most, inside);
    const more = inside.length - most;
    const said = [words.number(inside.length), order, ...(this.hasLongUnit ? [kpi.unit] : [])];
    this.node.setAttribute("aria-label", words.text("map.ranking"));
    this.node.replaceChildren(
      el("header", {},
        el("h2", {}, words.text("map.ranking.of", { level: words.level(view.level) })),
        el("span", { class: "muted" }, said.join(" · ")),
        this.map.picker.button(),
        this.map.exports.button(),
        el("button", { type: "button", class: "close", "aria-label": words.text("receipt.close"), onclick: () => this.map.toggleRanking() }, "×")),
      el("ol", {}, rows.flatMap((area, at) => [this.heading(area, rows[at - 1]), this.row(area, at, colours)])),
      more > 0 ? el("p", { class: "muted more" }, words.text("map.more", { count: words.number(more) })) : "",
    );
  }

  /** A unit that leaves no room for names stands above the list. */
  get hasLongUnit() {
    return this.map.kpi.unit === this.map.words.text("unit.percentage_points");
  }

  row(area, at, colours) {
    const { words, shading, kpi, view } = this.map;
    const value = shading.values[area.fid] ?? NaN;
    const place = shading.classes[area.fid] ?? NO_CLASS;
    const found = place === NO_CLASS ? -1 : place;
    const note = noteOf(view.mode, this.map, area.fid);
    const doubt = shading.flags[area.fid] & UNCERTAIN ? " faint" : "";
    const style = found < 0 ? null : `--swatch:${colours[found]}`;
    const text = found < 0 ? remarks(shading, area.fid, words)[0] : this.hasLongUnit ? words.figure(value, kpi) : words.value(value, kpi);
    const { picker } = this.map;
    return el("li", {},
      picker.isOn ? el("input", {
        type: "checkbox", "data-pick": area.code, checked: picker.chosen.has(area),
        "aria-label": words.text("map.choose.one", { name: area.name }), onchange: () => picker.pick(area),
      }) : "",
      el("button", {
        type: "button", "data-code": area.code,
        "aria-pressed": String(view.card === area),
        title: [area.name, ...(found < 0 ? [] : remarks(shading, area.fid, words))].join(" · "),
        onclick: () => this.map.choose(area),
        onmouseenter: () => this.map.canvas?.map && this.map.canvas.mark("hover", [area]),
        onmouseleave: () => this.map.canvas?.map && this.map.canvas.mark("hover", []),
      },
      el("span", { class: "rank" }, this.group(area) === UNSTEADY || found < 0 ? "" : String(at + 1)),
      el("span", { class: `swatch${found < 0 ? " none" : doubt}`, style }),
      el("span", { class: "name" }, area.name, note ? el("small", {}, note) : ""),
      el("span", { class: found < 0 ? "figure muted" : "figure" }, text)));
  }
}

// The areas of the map in order, the ones to look at first: the way in for keyboards, and what is
// shown where there is no map.
import { classOf, UNCERTAIN } from "./data.mjs";
import { classColours } from "./palette.mjs";
import { remarks } from "./tip.mjs";
import { el } from "./words.mjs";

const MOST = 100;
const [STEADY, UNSTEADY, NO_VALUE] = [0, 1, 2];

export class Ranking {
  constructor(map) {
    this.map = map;
    this.node = el("section", { class: "map-ranking map-box" });
  }

  /**
   * Areas inside the one looked at, worst first. Chance puts the smallest areas at both ends of any
   * order, so unsteady values come after the steady ones, and areas without a value last.
   */
  rows() {
    const { areas, view, shading, kpi } = this.map;
    const upward = kpi.better === "higher" ? 1 : -1;
    const group = (area) => this.group(area);
    return [...areas.within(view.focus, view.level)].sort((a, b) => {
      const step = group(a) - group(b);
      if (step || group(a) === NO_VALUE) return step || a.code.localeCompare(b.code);
      return (shading.values[a.fid] - shading.values[b.fid]) * upward || a.code.localeCompare(b.code);
    });
  }

  group({ fid }) {
    const { values, flags } = this.map.shading;
    if (Number.isNaN(values[fid] ?? NaN)) return NO_VALUE;
    return flags[fid] & UNCERTAIN ? UNSTEADY : STEADY;
  }

  /** Said above the first of a group, once there is more than one. */
  heading(area, before) {
    const group = this.group(area);
    if (!before || group === STEADY || group === this.group(before)) return "";
    const { words } = this.map;
    return el("li", { class: "group muted" }, words.text(group === UNSTEADY ? "map.uncertain" : "map.without_value"));
  }

  draw() {
    const { words, view, kpi, shading } = this.map;
    const rows = this.rows();
    const colours = classColours(shading.breaks.length + 1, kpi.better, document.documentElement.dataset.theme === "dark" ? "dark" : "light");
    const order = words.text(kpi.better === "neither" ? "map.order.high" : "map.order.worst");
    const more = rows.length - MOST;
    this.node.setAttribute("aria-label", words.text("map.ranking"));
    this.node.replaceChildren(
      el("header", {},
        el("h2", {}, words.text("map.ranking.of", { level: words.level(view.level) })),
        el("span", { class: "muted" }, `${words.number(rows.length)} · ${order}`),
        el("button", { type: "button", class: "close", "aria-label": words.text("receipt.close"), onclick: () => this.map.toggleRanking() }, "×")),
      el("ol", {}, rows.slice(0, MOST).flatMap((area, at) => [this.heading(area, rows[at - 1]), this.row(area, at, colours)])),
      more > 0 ? el("p", { class: "muted more" }, words.text("map.more", { count: words.number(more) })) : "",
    );
  }

  row(area, at, colours) {
    const { words, shading, kpi, view } = this.map;
    const value = shading.values[area.fid] ?? NaN;
    const found = classOf(value, shading.breaks);
    const doubt = shading.flags[area.fid] & UNCERTAIN ? " faint" : "";
    const style = found < 0 ? null : `--swatch:${colours[found]}`;
    const text = found < 0 ? remarks(shading, area.fid, words)[0] : words.value(value, kpi);
    return el("li", {},
      el("button", {
        type: "button", "data-code": area.code,
        "aria-pressed": String(view.card === area),
        title: found < 0 ? null : remarks(shading, area.fid, words).join(" · "),
        onclick: () => this.map.choose(area),
        onmouseenter: () => this.map.canvas?.map && this.map.canvas.mark("hover", area),
        onmouseleave: () => this.map.canvas?.map && this.map.canvas.mark("hover", null),
      },
      el("span", { class: "rank" }, this.group(area) === STEADY ? String(at + 1) : ""),
      el("span", { class: `swatch${found < 0 ? " none" : doubt}`, style }),
      el("span", { class: "name" }, area.name),
      el("span", { class: found < 0 ? "figure muted" : "figure" }, text)));
  }
}

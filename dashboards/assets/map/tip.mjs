// What is said beside the pointer, from values already here.
import { NONE_DUE, NO_CLASS, PROVISIONAL, UNCERTAIN } from "./data.mjs";
import { categoryName, chanceOf, noteOf } from "./modes.mjs";
import { el } from "./words.mjs";

const GAP = 14;

/** Key of why there is no value. */
export const withoutValue = ({ mode, facts, missing }, flags) => {
  if (missing || mode === "hotspots" || mode === "risk") return "map.not_judged";
  if (facts?.suppressed) return "value.suppressed";
  return flags & NONE_DUE ? "value.none" : "value.not_delivered";
};

/** Why an area has no value, or what to mind about the one it has; empty when there is nothing. */
export const remarks = (shading, fid, words) => {
  const flags = shading.flags[fid] ?? NONE_DUE;
  const said = [];
  const value = shading.values[fid];
  if (value === undefined || Number.isNaN(value)) {
    return [words.text(withoutValue(shading, flags))];
  }
  if (flags & UNCERTAIN) said.push(words.text(shading.mode === "change" ? "map.uncertain.change" : "map.uncertain"));
  if (flags & PROVISIONAL) said.push(words.text("tile.provisional"));
  return said;
};

export class Tip {
  constructor(root) {
    this.node = el("div", { class: "map-tip", "aria-hidden": "true", hidden: true });
    root.append(this.node);
    this.root = root;
  }

  show(told, point) {
    this.node.hidden = !told;
    if (!told) return;
    const { area, inside, below, shading, words, kpi, map } = told;
    const { mode } = map.view;
    const parts = [el("strong", {}, area.name)];
    if (inside) {
      const count = shading.denominators[area.fid];
      const value = shading.values[area.fid];
      if (shading.categories.length && shading.classes[area.fid] !== NO_CLASS) {
        parts.push(el("span", { class: "tip-class" }, categoryName(shading, shading.classes[area.fid], words)));
      }
      if (!Number.isNaN(value)) parts.push(el("span", { class: "tip-value" }, words.value(value, kpi)));
      if (mode === "risk" && !Number.isNaN(value)) {
        parts.push(el("span", { class: "muted" }, words.text("map.risk.chance", { share: words.number(100 * chanceOf(value)) })));
      }
      const note = noteOf(mode, map, area.fid);
      if (note) parts.push(el("span", { class: "muted" }, note));
      if (count && mode !== "hotspots" && mode !== "gap") parts.push(el("span", { class: "muted" }, this.base(count, words, map.kpiShown)));
      parts.push(...remarks(shading, area.fid, words).map((text) => el("span", { class: "muted" }, text)));
      if (below) parts.push(el("span", { class: "muted" }, words.text("map.double_click")));
    } else {
      parts.push(el("span", { class: "muted" }, words.text("map.go_to")));
    }
    this.node.replaceChildren(...parts);
    const { offsetWidth: wide, offsetHeight: high } = this.node;
    const left = point.x + GAP + wide > this.root.clientWidth ? point.x - GAP - wide : point.x + GAP;
    const top = Math.min(point.y + GAP, this.root.clientHeight - high - 8);
    this.node.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  base(count, words, kpi) {
    const key = kpi.kind === "ratio" ? "map.residents" : "map.cases";
    return words.text(key, { count: words.number(count) });
  }
}

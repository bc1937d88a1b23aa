// Find an area of any level by a part of its name or the start of its code, a rain gauge by its name, or a
// place by its coordinates.
import { pointOf, pointText } from "./place.mjs";
import { el } from "./words.mjs";

const MOST = 8;
const MOST_GAUGES = 4;
/** Maps on phones in China show coordinates of the second one, some 500 m off. */
const DATUMS = ["cgcs2000", "gcj02"];

export class Search {
  constructor(map) {
    this.map = map;
    this.at = 0;
    this.found = [];
    this.gauges = [];
  }

  make() {
    const { words } = this.map;
    const label = words.text("map.search");
    this.input = el("input", {
      type: "search", name: "search", placeholder: label, "aria-label": label, role: "combobox",
      autocomplete: "off", "aria-expanded": "false", "aria-controls": "map-found",
      oninput: () => this.look(), onkeydown: (event) => this.key(event),
      onblur: () => setTimeout(() => this.shut(), 150), onfocus: () => this.begin(),
    });
    this.list = el("ul", { id: "map-found", role: "listbox", class: "found", hidden: true });
    return el("div", { class: "search" }, this.input, this.list);
  }

  begin() {
    this.look();
    this.ask();
  }

  /** Names of gauges are asked for once somebody searches. */
  async ask() {
    const { source, view } = this.map;
    const { county, version, kpi, level } = view.asked;
    try {
      const { points } = await source.layer({ county, version, kpi, level }, "gauges");
      this.gauges = (points.code ?? []).map((code, at) => ({ code, name: points.name[at] ?? code, point: [points.longitude[at], points.latitude[at]] }));
      if (this.input.value) this.look();
    } catch (error) {
      console.warn(error);
    }
  }

  look() {
    const asked = this.input.value.trim().toLowerCase();
    const fits = ({ name, code }) => name.toLowerCase().includes(asked) || code.toLowerCase().startsWith(asked);
    this.at = 0;
    this.problem = "";
    this.found = asked ? [...this.areas(fits), ...this.gauges.filter(fits).slice(0, MOST_GAUGES).map((gauge) => this.gauge(gauge)), ...this.points(asked)] : [];
    this.show(Boolean(asked));
  }

  /** Areas, those of the upper levels first. */
  areas(fits) {
    const { areas, words } = this.map;
    const found = [];
    for (const level of areas.levels) {
      for (const area of areas.at[level]) {
        if (found.length >= MOST) return found;
        if (fits(area)) {
          const around = areas.path(area).slice(1, -1).map(({ name }) => name).join(" › ") || words.level(area.level);
          found.push({ name: area.name, note: around, code: area.code, take: () => this.go(area) });
        }
      }
    }
    return found;
  }

  gauge({ name, code, point }) {
    const { words, view } = this.map;
    const layers = [...new Set([...(view.layers || "").split(",").filter(Boolean), "gauges"])].join(",");
    return { name, note: words.text("map.layer.gauges"), code, take: () => this.goTo(point, DATUMS[0], { layers }, { isOurs: true }) };
  }

  /** What is typed as coordinates, in each of the datums it may be in. */
  points(asked) {
    const { words, setup } = this.map;
    const point = pointOf(asked, setup.county.extent);
    if (!point) return [];
    return DATUMS.map((datum) => ({
      name: pointText(point).replace(",", ", "), note: words.text(`map.point.${datum}`), code: words.text(`map.point.${datum}.note`),
      take: () => this.goTo(point, datum),
    }));
  }

  show(isOpen) {
    const { words } = this.map;
    const rows = this.found.map(({ name, note, code, take }, at) => el("li", {
      role: "option", id: `map-found-${at}`, "aria-selected": String(at === this.at),
      onpointerdown: (event) => { event.preventDefault(); take(); },
    },
    el("span", {}, name),
    el("span", { class: "muted" }, note),
    el("code", {}, code)));
    const empty = this.problem
      ? el("li", { class: "problem-message", role: "option", "aria-disabled": "true" }, this.problem)
      : el("li", { class: "muted", role: "option", "aria-disabled": "true" }, words.text("map.none_found"));
    this.list.replaceChildren(...(rows.length ? rows : [empty]));
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    this.input.setAttribute("aria-activedescendant", rows.length ? `map-found-${this.at}` : "");
  }

  shut() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) {
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.show(true);
      event.preventDefault();
    }
    if (event.key === "Enter" && this.found[this.at]) this.found[this.at].take();
    if (event.key === "Escape") {
      this.shut();
      event.stopPropagation();
    }
  }

  /** Show the area where it lies: its parent looked into, its own card open. */
  go(area, changes = {}) {
    this.input.value = "";
    this.shut();
    const { areas } = this.map;
    const parent = areas.byCode.get(area.parent);
    const isTop = !parent || parent.level === areas.levels[0];
    this.map.change({ area: isTop ? "" : parent.code, level: "", card: area.code, point: "", ...changes });
  }

  /**
   * Mark a point and open the card of the smallest area it lies in. A gauge of the county (`isOurs`) may
   * stand outside all of them and is marked all the same.
   */
  async goTo(point, datum, changes = {}, { isOurs = false } = {}) {
    const { source, setup, areas } = this.map;
    try {
      const { longitude, latitude, areas: around } = await source.place(setup, point, datum);
      const area = around.map(({ code }) => areas.byCode.get(code)).findLast(Boolean);
      this.go(area, { point: pointText([longitude, latitude]), ...changes });
    } catch (error) {
      if (isOurs) {
        this.input.value = "";
        this.shut();
        this.map.change({ card: "", point: pointText(point), ...changes });
        return;
      }
      this.found = [];
      this.problem = error.message;
      this.show(true);
    }
  }
}

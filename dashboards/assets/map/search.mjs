// Find an area of any level by a part of its name or the start of its code.
import { el } from "./words.mjs";

const MOST = 8;

export class Search {
  constructor(map) {
    this.map = map;
    this.at = 0;
    this.found = [];
  }

  make() {
    const { words } = this.map;
    const label = words.text("map.search");
    this.input = el("input", {
      type: "search", name: "search", placeholder: label, "aria-label": label, role: "combobox",
      autocomplete: "off", "aria-expanded": "false", "aria-controls": "map-found",
      oninput: () => this.look(), onkeydown: (event) => this.key(event),
      onblur: () => setTimeout(() => this.shut(), 150), onfocus: () => this.look(),
    });
    this.list = el("ul", { id: "map-found", role: "listbox", class: "found", hidden: true });
    return el("div", { class: "search" }, this.input, this.list);
  }

  look() {
    const asked = this.input.value.trim().toLowerCase();
    const { areas } = this.map;
    this.at = 0;
    this.found = [];
    for (const level of asked ? areas.levels : []) {
      for (const area of areas.at[level]) {
        if (this.found.length >= MOST) break;
        if (area.name.toLowerCase().includes(asked) || area.code.toLowerCase().startsWith(asked)) this.found.push(area);
      }
    }
    this.show(Boolean(asked));
  }

  show(isOpen) {
    const { words, areas } = this.map;
    const rows = this.found.map((area, at) => el("li", {
      role: "option", id: `map-found-${at}`, "aria-selected": String(at === this.at),
      onpointerdown: (event) => { event.preventDefault(); this.take(area); },
    },
    el("span", {}, area.name),
    el("span", { class: "muted" }, areas.path(area).slice(1, -1).map(({ name }) => name).join(" › ") || words.level(area.level)),
    el("code", {}, area.code)));
    this.list.replaceChildren(...(rows.length ? rows : [el("li", { class: "muted" }, words.text("map.none_found"))]));
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
    if (event.key === "Enter" && this.found[this.at]) this.take(this.found[this.at]);
    if (event.key === "Escape") {
      this.shut();
      event.stopPropagation();
    }
  }

  /** Show the area where it lies: its parent looked into, its own card open. */
  take(area) {
    this.input.value = "";
    this.shut();
    const { areas } = this.map;
    const parent = areas.byCode.get(area.parent);
    const isTop = !parent || parent.level === areas.levels[0];
    this.map.change({ area: isTop ? "" : parent.code, level: "", card: area.code });
  }
}

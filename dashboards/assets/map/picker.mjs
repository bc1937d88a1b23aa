// A set of areas chosen by hand, with its sums: drawn round with the pointer (lasso), picked one by
// one, or taken from the list with the keyboard. The sums are asked anew, never a mean of rates.
import { el } from "./words.mjs";

const LEAST_STEP_PX = 4;

/** Whether a point lies inside a polygon of screen points (even-odd). */
export const isInside = ([x, y], polygon) => {
  let inside = false;
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at, at += 1) {
    const [[ax, ay], [bx, by]] = [polygon[at], polygon[before]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
};

export class Picker {
  constructor(map) {
    this.map = map;
    this.chosen = new Set();
    this.isOn = false;
    this.asked = 0;
    this.node = el("section", { class: "map-chosen map-box", hidden: true });
    this.line = el("div", { class: "map-lasso", hidden: true });
    this.line.innerHTML = '<svg aria-hidden="true"><polygon/></svg>';
  }

  button() {
    const { words } = this.map;
    return el("button", { type: "button", class: "to-choose", "aria-pressed": String(this.isOn), onclick: () => this.toggle() }, words.text("map.choose"));
  }

  toggle() {
    if (this.isOn) this.leave();
    else this.begin();
  }

  begin() {
    this.isOn = true;
    this.map.root.classList.add("choosing");
    this.listen();
    this.map.ranking.draw();
    this.draw();
  }

  leave() {
    this.isOn = false;
    this.map.root.classList.remove("choosing");
    this.take([]);
    this.node.hidden = true;
    this.map.ranking.draw();
  }

  /** Another level, county or view of areas has no use for the set. */
  follow() {
    const { view } = this.map;
    const at = `${view.level} ${view.focus.code}`;
    if (this.at === at) {
      if (this.isOn) this.ask();
    } else {
      this.at = at;
      this.take([]);
    }
  }

  /** Drag to draw round areas; a click adds or takes away one. The map itself then stays where it is. */
  listen() {
    const { canvas } = this.map;
    if (!canvas || this.isListening) return;
    this.isListening = true;
    const stage = canvas.node;
    let end = null;
    stage.addEventListener("pointerdown", (event) => {
      // A second finger is there to zoom.
      if (!event.isPrimary) end?.();
      if (!this.isOn || !event.isPrimary || event.button !== 0 || !event.target.closest("canvas")) return;
      const box = stage.getBoundingClientRect();
      const place = ({ clientX, clientY }) => [clientX - box.left, clientY - box.top];
      const path = [place(event)];
      canvas.map.dragPan.disable();
      const move = (moved) => {
        const next = place(moved);
        const last = path.at(-1);
        if (Math.hypot(next[0] - last[0], next[1] - last[1]) < LEAST_STEP_PX) return;
        path.push(next);
        this.trace(path);
      };
      end = (last) => {
        removeEventListener("pointermove", move);
        removeEventListener("pointerup", end);
        removeEventListener("pointercancel", end);
        end = null;
        canvas.map.dragPan.enable();
        this.line.hidden = true;
        if (last?.type === "pointerup" && path.length > 2) this.around(path);
      };
      addEventListener("pointermove", move);
      addEventListener("pointerup", end);
      addEventListener("pointercancel", end);
    }, { capture: true });
  }

  trace(path) {
    this.line.hidden = false;
    this.line.querySelector("polygon").setAttribute("points", path.map((point) => point.map(Math.round).join(",")).join(" "));
  }

  /** Areas whose label point lies inside what was drawn join the set. */
  around(path) {
    const { areas, view, canvas } = this.map;
    const found = areas.within(view.focus, view.level).filter(({ point }) => {
      if (point[0] === null) return false;
      const { x, y } = canvas.map.project(point);
      return isInside([x, y], path);
    });
    this.take([...this.chosen, ...found]);
  }

  /** Add an area, or take it away. */
  pick(area) {
    const next = new Set(this.chosen);
    if (!next.delete(area)) next.add(area);
    this.take(next);
  }

  take(areas) {
    this.chosen = new Set(areas);
    if (this.map.canvas?.map) this.map.canvas.mark("chosen", [...this.chosen]);
    for (const box of this.map.ranking.node.querySelectorAll("input[data-pick]")) {
      box.checked = [...this.chosen].some(({ code }) => code === box.dataset.pick);
    }
    if (this.isOn) this.ask();
  }

  async ask() {
    const mine = ++this.asked;
    this.told = null;
    this.problem = "";
    this.draw();
    if (!this.chosen.size) return;
    this.node.dataset.pending = "chosen";
    try {
      const told = await this.map.source.chosen(this.map.view.asked, [...this.chosen].map(({ code }) => code));
      if (mine === this.asked) this.told = told;
    } catch (error) {
      if (mine === this.asked) this.problem = error.message;
    }
    if (mine !== this.asked) return;
    delete this.node.dataset.pending;
    this.draw();
  }

  draw() {
    const { words, view } = this.map;
    this.node.hidden = !this.isOn;
    this.node.setAttribute("aria-label", words.text("map.choose.title"));
    this.node.replaceChildren(
      el("header", {},
        el("h2", {}, words.text("map.choose.count", { count: words.number(this.chosen.size), level: words.level(view.level) })),
        el("button", { type: "button", class: "close", "aria-label": words.text("receipt.close"), onclick: () => this.leave() }, "×")),
      el("p", { class: "muted" }, words.text(this.map.canvas ? "map.choose.how" : "map.choose.how.list")),
      el("div", { role: "status" }, this.sums()),
      this.chosen.size ? el("button", { type: "button", class: "clear", onclick: () => this.take([]) }, words.text("map.choose.clear")) : "",
    );
  }

  sums() {
    const { words } = this.map;
    if (this.problem) return el("p", { class: "problem-message" }, this.problem);
    if (!this.told) return this.chosen.size ? el("p", { class: "muted" }, words.text("loading")) : "";
    const { told } = this;
    const rows = [];
    const add = (text, value) => rows.push(el("div", {}, el("dt", {}, text), el("dd", {}, value)));
    const kpi = words.kpis.get(told.kpi) ?? this.map.setup.coverages.find(({ id }) => id === told.kpi);
    if (told.kpi) {
      const shown = words.kpis.get(told.kpi) ?? { is_share: true, decimals: 1, unit: "%" };
      add(kpi.name, told.value === null ? words.text("value.none") : words.value(told.value, shown));
      if (told.interval_low !== null) add(words.text("tile.interval"), `${words.figure(told.interval_low, shown)} – ${words.value(told.interval_high, shown)}`);
      if (told.numerator !== null) add(words.text("map.choose.numerator"), words.number(told.numerator));
      if (told.denominator !== null) add(words.text("map.choose.denominator"), words.number(told.denominator));
    }
    if (told.expected !== undefined) add(words.text("map.table.risk"), words.number(told.expected, 2));
    add(words.text("map.card.open"), words.text("map.cases", { count: words.number(told.open.open_count) }));
    add(words.text("map.card.overdue"), words.text("map.cases", { count: words.number(told.open.overdue_count) }));
    if (told.population !== null) add(words.text("map.card.people"), words.text("map.card.persons", { count: words.number(told.population) }));
    if (told.area_km2 !== null) add(words.text("map.choose.area"), words.text("map.km2", { count: words.number(told.area_km2, 2) }));
    return el("dl", { class: "facts" }, rows);
  }
}

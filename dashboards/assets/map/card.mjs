// One area's card: its number with all its parts, beside its other numbers. It comes from the right
// on a wide screen and from below on a phone.
import { Details } from "./details.mjs";
import { el } from "./words.mjs";

const TONES = { met: "good", missed: "bad" };
const WIDE = 240;
const HIGH = 44;

const spark = (months, kpi, words) => {
  const known = months.filter(({ value }) => value !== null);
  if (known.length < 2) return "";
  const values = known.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (at) => 4 + (at * (WIDE - 8)) / (months.length - 1);
  const y = (value) => (high === low ? HIGH / 2 : HIGH - 5 - ((value - low) / (high - low)) * (HIGH - 10));
  const points = months.map(({ value }, at) => (value === null ? null : [x(at), y(value)]));
  const path = points.map((point, at) => (point ? `${at && points[at - 1] ? "L" : "M"}${point[0].toFixed(1)},${point[1].toFixed(1)}` : "")).join("");
  const [lastX, lastY] = points.findLast(Boolean);
  const hollow = months.at(-1).is_provisional ? ' class="hollow"' : "";
  const label = words.text("tile.spark", { months: months.length, first: words.value(values[0], kpi), last: words.value(values.at(-1), kpi) });
  const node = el("figure", { class: "map-spark", role: "img", "aria-label": label });
  const plot = el("div", { class: "plot" });
  plot.innerHTML = `<svg viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" aria-hidden="true"><path d="${path}"/></svg>`
    + `<i${hollow} style="left:${((lastX / WIDE) * 100).toFixed(2)}%;top:${((lastY / HIGH) * 100).toFixed(2)}%"></i>`;
  node.append(plot);
  node.append(el("figcaption", { class: "muted" }, words.text("map.card.months", { months: months.length })));
  return node;
};

export class Card {
  constructor(map) {
    this.map = map;
    this.node = el("aside", { class: "map-card map-box", hidden: true, tabindex: "-1" });
    this.asked = 0;
    this.details = new Details(map);
  }

  async draw() {
    const { view, words, source } = this.map;
    const area = view.card;
    const mine = ++this.asked;
    this.map.root.classList.toggle("has-card", Boolean(area));
    if (!area) {
      this.node.hidden = true;
      delete this.node.dataset.pending;
      delete this.node.dataset.failed;
      this.node.replaceChildren();
      this.drawn = null;
      return;
    }
    const isOther = this.drawn !== area;
    if (isOther) this.fill(area, el("p", { class: "muted" }, words.text("loading")));
    this.node.setAttribute("aria-label", area.name);
    this.node.dataset.pending = "card";
    this.node.hidden = false;
    try {
      const told = await source.card(this.about(view, area), area.code);
      if (mine !== this.asked) return;
      this.fill(area, ...this.parts(area, told));
      this.drawn = area;
      if (isOther) this.node.focus({ preventScroll: true });
    } catch (error) {
      if (mine !== this.asked) return;
      this.node.dataset.failed = "card";
      this.fill(area, el("p", { class: "problem-message", role: "alert" }, error.message));
    }
    delete this.node.dataset.pending;
  }

  /** The card's KPI is that of the address and its period, whatever the map shows. */
  about({ asked, kpi, period, department }, { level }) {
    const { county, version } = asked;
    const plain = { county, kpi, level, version, from: period.from, to: period.to };
    return department ? { ...plain, department } : plain;
  }

  fill(area, ...parts) {
    const { words } = this.map;
    delete this.node.dataset.failed;
    this.node.replaceChildren(
      el("header", {},
        el("div", {},
          el("p", { class: "muted" }, this.where(area)),
          el("h2", {}, area.name)),
        el("button", { type: "button", class: "close", "aria-label": words.text("receipt.close"), onclick: () => this.map.close() }, "×")),
      ...parts,
    );
  }

  where(area) {
    const { areas, setup, words } = this.map;
    const around = areas.path(area).slice(0, -1).map(({ name }, at) => (at ? name : setup.county.name));
    return [words.level(area.level), around.join(" › ")].filter(Boolean).join(" · ");
  }

  parts(area, told) {
    const { words, view } = this.map;
    const kpi = words.kpis.get(view.kpi);
    const details = this.details.make(area);
    return [
      ...details.first,
      el("p", { class: "kpi-name" }, kpi.name, told.is_provisional ? el("span", { class: "chip fair" }, words.text("tile.provisional")) : ""),
      this.number(told),
      this.facts(told),
      spark(told.months, kpi, words),
      this.actions(area),
      ...details.rest,
      this.others(told),
      this.place(area),
    ];
  }

  number(told) {
    const { kpiShown: kpi, words } = this.map;
    if (told.value === null) {
      const isNone = !told.excluded_count || told.denominator > 0;
      return el("div", { class: "number" },
        el("span", { class: "big none" }, words.text(isNone ? "value.none" : "value.not_delivered")),
        el("p", { class: "muted" }, words.text(isNone ? "value.none.note" : "value.not_delivered.note")));
    }
    const tone = TONES[told.status];
    return el("div", { class: "number" },
      el("span", { class: "big" }, words.figure(told.value, kpi), el("small", {}, kpi.unit)),
      tone ? el("span", { class: `chip ${tone}` }, words.text(`status.${told.status}`)) : "",
      this.change(told));
  }

  change(told) {
    const { kpiShown: kpi, words } = this.map;
    if (told.previous_value === null) return el("span", { class: "change muted" }, words.text("tile.no_previous"));
    const difference = told.value - told.previous_value;
    // Told, not judged: whether it is more than chance, the overview says.
    return el("span", { class: "change", title: words.days(told.previous_from, told.previous_to) },
      words.text("tile.previous"), " ",
      el("b", {}, `${difference > 0 ? "▲" : difference < 0 ? "▼" : "■"} ${words.change(difference, kpi)}`));
  }

  facts(told) {
    const { kpiShown: kpi, words } = this.map;
    const rows = [];
    const add = (key, text) => rows.push(el("div", {}, el("dt", {}, words.text(key)), el("dd", {}, text)));
    if (told.interval_low !== null) {
      add("tile.interval", `${words.figure(told.interval_low, kpi)} – ${words.joined(words.figure(told.interval_high, kpi), kpi.unit)}`);
    }
    if (kpi.kind === "rate") add("map.card.parts", `${words.number(told.numerator)} / ${words.number(told.denominator)}`);
    else if (kpi.kind === "ratio") add("map.card.ratio", `${words.number(told.numerator)} / ${words.number(told.denominator)}`);
    else if (kpi.kind !== "stock") add("map.card.base", words.number(told.denominator));
    if (told.not_yet_due_count) add("map.card.not_yet_due", words.number(told.not_yet_due_count));
    if (told.excluded_count) add("map.card.excluded", words.number(told.excluded_count));
    if (told.is_provisional && told.value_due_passed !== null) add("map.card.due_passed", words.value(told.value_due_passed, kpi));
    if (told.target !== null) add("map.card.target", words.text(kpi.better === "lower" ? "map.at_most" : "map.at_least", { value: words.value(told.target, kpi) }));
    if (told.last_year_value !== null) add("map.card.last_year", words.value(told.last_year_value, kpi));
    return el("dl", { class: "facts" }, rows);
  }

  actions(area) {
    const { map } = this;
    const { words, areas } = map;
    const into = areas.below(area.level) && area !== map.view.focus;
    const receipt = new URLSearchParams(location.search);
    receipt.set("card", area.code);
    receipt.set("receipt", map.view.kpi);
    return el("div", { class: "actions" },
      into ? el("a", { class: "button drill", href: map.hrefInto(area) }, words.text("map.drill", { level: words.level(areas.below(area.level)) })) : "",
      el("a", { class: "button receipt", href: `?${receipt}` }, words.text("map.receipt")));
  }

  others(told) {
    const { words, map } = { words: this.map.words, map: this.map };
    const rows = told.kpis.map((one) => {
      const kpi = words.kpis.get(one.kpi_id);
      const tone = TONES[one.status] ?? "plain";
      const text = one.value === null
        ? words.text(one.excluded_count && !one.denominator ? "value.not_delivered" : "value.none")
        : words.value(one.value, kpi);
      return el("li", {}, el("a", { href: map.href({ kpi: one.kpi_id, mode: "", level: map.view.level === map.view.lower[0] ? "" : map.view.level }), "aria-current": one.kpi_id === map.view.kpi ? "true" : null },
        el("span", { class: `dot ${tone}`, title: TONES[one.status] ? words.text(`status.${one.status}`) : null }),
        el("span", { class: "name" }, kpi.name, el("small", { "data-place": one.kpi_id })),
        el("span", { class: one.value === null ? "figure muted" : "figure" }, text)));
    });
    return el("section", { class: "others" }, el("h3", {}, words.text("map.card.all")), el("ul", {}, rows));
  }

  place(area) {
    const { words } = this.map;
    const said = [];
    if (area.population !== null) said.push(words.text("map.residents", { count: words.number(area.population) }));
    if (area.km2 !== null) said.push(words.text("map.km2", { count: words.number(area.km2, area.km2 < 10 ? 2 : 0) }));
    said.push(area.code);
    return el("p", { class: "muted place" }, said.join(" · "));
  }
}

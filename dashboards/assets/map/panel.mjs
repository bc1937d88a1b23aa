// What is chosen and what the colours mean: KPI, period, department, level, search, trail, legend.
import { Legend } from "./legend.mjs";
import { Search } from "./search.mjs";
import { el } from "./words.mjs";

const options = (rows, chosen) =>
  rows.map(({ key, label }) => el("option", { value: key, selected: key === chosen }, label));

export class Panel {
  constructor(map) {
    this.map = map;
    this.node = el("section", { class: "map-panel map-box" });
    this.trail = el("nav", { class: "map-trail map-box" });
    this.sample = el("span", { class: "map-sample", hidden: true });
    this.legend = new Legend();
    this.search = new Search(map);
    this.words = null;
  }

  draw() {
    if (this.words !== this.map.words) this.make();
    const { words, view, kpi, shading } = this.map;
    this.kpi.value = view.kpi;
    this.question.textContent = kpi.question;
    this.drawPeriod();
    this.department.value = view.department;
    this.days.textContent = words.days(shading.from, shading.to);
    this.drawLevels();
    this.drawTrail();
    this.legend.draw(this.map);
  }

  make() {
    const { words, setup } = this.map;
    this.words = words;
    const labelled = (key, select) => el("label", { class: "field" }, el("span", {}, words.text(key)), select);
    this.kpi = el("select", { class: "kpi", name: "kpi", "aria-label": words.text("map.kpi"), onchange: () => this.map.change({ kpi: this.kpi.value }) },
      options(setup.kpis.map(({ id, name }) => ({ key: id, label: name }))));
    this.question = el("p", { class: "question" });
    this.period = el("select", { name: "period", "aria-label": words.text("filter.period"), onchange: () => this.map.choosePeriod(this.period.value) });
    this.department = el("select", { name: "department", "aria-label": words.text("filter.department"), onchange: () => this.map.change({ department: this.department.value }) },
      options([{ key: "", label: words.text("filter.department.all") }, ...setup.departments.map(({ code, name }) => ({ key: code, label: name }))]));
    this.levels = el("div", { class: "levels", role: "group", "aria-label": words.text("map.level") });
    this.days = el("p", { class: "days muted" });
    this.node.setAttribute("aria-label", words.text("filter.label"));
    this.node.replaceChildren(
      this.search.make(),
      this.kpi,
      this.question,
      el("div", { class: "fields" },
        labelled("filter.period", this.period),
        labelled("filter.department", this.department)),
      this.days,
      this.levels,
      this.legend.node,
    );
  }

  drawPeriod() {
    const { words, setup, view } = this.map;
    const { key, label } = view.period;
    const known = [...setup.periods, ...setup.months].some((one) => one.key === key);
    this.period.replaceChildren(
      ...(known ? [] : options([{ key, label }], key)),
      ...options(setup.periods, key),
      el("optgroup", { label: words.text("map.by_month") }, options(setup.months, key)),
    );
  }

  drawLevels() {
    const { words, view } = this.map;
    this.levels.replaceChildren(...view.lower.map((level) => el("a", {
      href: this.map.href({ level: level === view.lower[0] ? "" : level, card: "" }),
      "aria-current": level === view.level ? "true" : null,
    }, words.level(level))));
    this.levels.hidden = view.lower.length < 2;
  }

  drawTrail() {
    const { words, areas, view, setup } = this.map;
    const path = areas.path(view.focus);
    const steps = path.map((area, at) => {
      const name = at ? area.name : setup.county.name;
      const isHere = at === path.length - 1;
      const link = isHere
        ? el("button", { type: "button", class: "here", title: words.text("map.card.open", { name }), onclick: () => this.map.choose(area) }, name)
        : el("a", { href: this.map.hrefInto(area) }, name);
      return el("li", { "aria-current": isHere ? "location" : null }, link);
    });
    this.sample.hidden = !setup.county.is_sample;
    this.sample.textContent = words.text("sample.boundaries");
    this.sample.title = words.text("sample.boundaries.note");
    this.trail.setAttribute("aria-label", words.text("map.trail"));
    this.trail.replaceChildren(el("ol", {}, steps));
  }

  problem(message) {
    this.legend.node.replaceChildren(el("p", { class: "problem-message", role: "alert" }, message));
    if (!this.words) this.node.replaceChildren(this.legend.node);
  }
}

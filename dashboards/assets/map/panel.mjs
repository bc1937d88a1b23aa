// What is chosen and what the colours mean: mode, KPI or kind, period, level, search, trail, legend.
import { plainAddress } from "./address.mjs";
import { Legend } from "./legend.mjs";
import { MODES, RAW, firstLevel, hasCoverage, hasHorizon, hasKinds, hasPeriod, showsKpi } from "./modes.mjs";
import { pointText } from "./place.mjs";
import { Search } from "./search.mjs";
import { el } from "./words.mjs";

/** Said also where texts are what could not be had. */
const ANEW = "重新打开地图 / Open the map anew";

const options = (rows, chosen) =>
  rows.map(({ key, label, disabled }) => el("option", { value: key, selected: key === chosen, disabled }, label));

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
    const { words, shading } = this.map;
    this.drawModes();
    this.drawChoices();
    this.days.textContent = shading.from ? words.days(shading.from, shading.to) : "";
    this.map.player.draw();
    this.map.layers.draw();
    this.drawLevels();
    this.drawTrail();
    this.legend.draw(this.map);
  }

  make() {
    const { words } = this.map;
    this.words = words;
    this.modes = el("nav", { class: "modes", "aria-label": words.text("map.mode") });
    this.choices = el("div", { class: "map-choices" });
    this.levels = el("div", { class: "levels", role: "group", "aria-label": words.text("map.level") });
    this.days = el("p", { class: "map-days muted" });
    this.node.setAttribute("aria-label", words.text("filter.label"));
    this.field = this.search.make();
    this.arrange();
  }

  /** Months and layers stand here where there is room, else in a sheet of their own. */
  arrange() {
    const { player, layers, tools } = this.map;
    const first = [this.field, this.modes, this.choices, this.days];
    if (tools.take(player.node, layers.node)) this.node.replaceChildren(...first, this.levels, this.legend.node);
    else this.node.replaceChildren(...first, player.node, this.levels, this.legend.node, layers.node);
  }

  drawModes() {
    const { words, view } = this.map;
    this.modes.replaceChildren(...MODES.map((mode) => el("a", {
      href: this.map.href({ mode: mode === RAW ? "" : mode, level: "", classes: "", breaks: "", card: view.card?.code ?? "" }),
      "aria-current": mode === view.mode ? "page" : null,
      title: words.text(`map.mode.${mode}.long`),
    }, words.text(`map.mode.${mode}`))));
    // On a phone they are a line that scrolls: the chosen one is in sight.
    const chosen = this.modes.querySelector("[aria-current]");
    if (chosen) this.modes.scrollLeft = chosen.offsetLeft - this.modes.offsetLeft - 40;
  }

  /** A choice that changes one part of the address. */
  choice(name, label, rows, chosen, first = rows[0]?.key) {
    const select = el("select", {
      name, "aria-label": label,
      onchange: () => this.map.change({ [name]: select.value === first ? "" : select.value }),
    }, options(rows, chosen || first));
    return select;
  }

  drawChoices() {
    const { words, setup, view, kpiShown } = this.map;
    const { mode } = view;
    const labelled = (key, select) => el("label", { class: "field" }, el("span", {}, words.text(key)), select);
    const parts = [];
    const fields = [];
    if (showsKpi(mode)) {
      const rows = setup.kpis.map(({ id, name, can_smooth: can }) => ({ key: id, label: name, disabled: mode === "smoothed" && !can }));
      const kpi = this.choice("kpi", words.text("map.kpi"), rows, view.kpi, setup.defaults.kpi);
      kpi.classList.add("kpi");
      parts.push(kpi, el("p", { class: "question" }, mode === RAW ? kpiShown.question : words.text(`map.mode.${mode}.long`)));
    } else {
      parts.push(el("h2", { class: "mode-title" }, words.text(`map.mode.${mode}.title`)), el("p", { class: "question" }, words.text(`map.mode.${mode}.long`)));
    }
    if (hasKinds(mode)) fields.push(labelled("map.family", this.choice("family", words.text("map.family"), this.kinds(), view.family)));
    if (hasHorizon(mode)) fields.push(labelled("map.horizon", this.choice("horizon", words.text("map.horizon"), this.named("map.horizon", ["week", "month"]), view.horizon)));
    if (hasCoverage(mode)) {
      const rows = setup.coverages.map(({ id, name }) => ({ key: id, label: name }));
      fields.push(labelled("map.coverage", this.choice("coverage", words.text("map.coverage"), rows, view.coverage)));
    }
    if (mode === "hotspots") {
      fields.push(labelled("map.follow", this.choice("follow", words.text("map.follow"), this.named("map.follow", ["", "month"]), view.follow)));
      const against = ["", "area", ...(view.follow ? [] : ["usual"])];
      fields.push(labelled("map.against", this.choice("against", words.text("map.against"), this.named("map.against", against), view.against)));
    }
    if (hasPeriod(mode, view.follow)) fields.push(labelled("filter.period", this.period()));
    if (showsKpi(mode)) {
      const rows = [{ key: "", label: words.text("filter.department.all") }, ...setup.departments.map(({ code, name }) => ({ key: code, label: name }))];
      fields.push(labelled("filter.department", this.choice("department", words.text("filter.department"), rows, view.department)));
    }
    if (mode === "change") fields.push(labelled("filter.compare", this.choice("compare", words.text("filter.compare"), this.named("compare", ["previous", "last_year"]), view.compare)));
    // What has the focus keeps it when the choices are drawn anew.
    const focused = document.activeElement?.getAttribute?.("name");
    const hadFocus = this.choices.contains(document.activeElement);
    this.choices.replaceChildren(...parts, el("div", { class: "fields" }, fields));
    if (hadFocus) this.choices.querySelector(`[name="${focused}"]`)?.focus({ preventScroll: true });
  }

  named(start, keys) {
    return keys.map((key) => ({ key, label: this.map.words.text(`${start}.${key || "default"}`) }));
  }

  /** Kinds that have a score of their own; of hot spots, all that the county's categories have. */
  kinds() {
    const { words, setup, shading, view } = this.map;
    const known = view.mode === "hotspots" ? setup.families : shading.facts.kinds ?? setup.families;
    const rows = known.map((one) => ({ key: one.id, label: words.of(one) }));
    if (view.family && !rows.some(({ key }) => key === view.family)) rows.push({ key: view.family, label: view.family });
    return rows;
  }

  period() {
    const { words, setup, view } = this.map;
    const { key, label } = view.period;
    const known = [...setup.periods, ...setup.months].some((one) => one.key === key);
    return el("select", { name: "period", "aria-label": words.text("filter.period"), onchange: ({ target }) => this.map.choosePeriod(target.value) },
      known ? [] : options([{ key, label }], key),
      options(setup.periods, key),
      el("optgroup", { label: words.text("map.by_month") }, options(setup.months, key)));
  }

  drawLevels() {
    const { words, view } = this.map;
    this.levels.replaceChildren(...view.lower.map((level) => el("a", {
      href: this.map.href({ level: level === firstLevel(view.mode, view.lower) ? "" : level, card: "" }),
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
    const at = view.point && pointText(view.point).replace(",", ", ");
    const sign = (text) => el("span", { "aria-hidden": "true" }, text);
    const mark = at && el("button", {
      type: "button", class: "to-forget", title: words.text("map.point.forget"), "aria-label": `${at}: ${words.text("map.point.forget")}`,
      onclick: () => this.map.change({ point: "" }),
    }, sign("◎ "), at, sign(" ×"));
    this.trail.replaceChildren(el("ol", {}, steps), mark || "");
  }

  /** Said while an answer takes its time. */
  waiting(message) {
    if (!this.words) return;
    this.legend.node.classList.add("waiting");
    this.legend.node.replaceChildren(el("p", { class: "loading", role: "status" }, message));
  }

  /** What is wrong, and the way back to the map as it opens. */
  problem(message) {
    this.legend.node.replaceChildren(
      el("p", { class: "problem-message", role: "alert" }, message),
      el("a", { href: plainAddress() }, ANEW),
    );
    if (!this.words) this.node.replaceChildren(this.legend.node);
  }
}

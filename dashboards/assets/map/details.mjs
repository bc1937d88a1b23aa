// What stands behind an area's number on its card: risk with its reasons and what to do, people and
// open work, history, categories, neighbours, its place among its like. Each part comes when it is
// there; a forecast takes seconds the first time.
import { hasKinds } from "./modes.mjs";
import { el } from "./words.mjs";

const LEAST_SHARE = 0.02;
const MOST_STEPS = 4;
const MOST_NEIGHBOURS = 8;
/** Reasons that lead to something one can do; those left out (background, trend) lead to none. */
const DOABLE = ["lesser", "recent", "since_last", "neighbours", "season", "rain", "other_kinds", "history"];
const SAME = { since_last: "recent" };

export class Details {
  constructor(map) {
    this.map = map;
    this.asked = 0;
  }

  /** Places on the card, filled as answers come. */
  make(area) {
    const mine = ++this.asked;
    const { words, view, source, setup } = this.map;
    const showsRisk = hasKinds(view.mode) && view.mode !== "hotspots";
    const risk = el("section", { class: "part risk", "data-pending": showsRisk ? "risk" : null });
    const work = el("section", { class: "part work", "data-pending": "detail" }, el("p", { class: "muted" }, words.text("loading")));
    const around = el("section", { class: "part around" });
    const asked = { ...view.asked, from: view.period.from, to: view.period.to, level: area.level };
    const detail = source.about("detail", asked, area.code, setup.lang);
    const stillMine = () => mine === this.asked;
    detail.then((told) => {
      if (!stillMine()) return;
      work.replaceChildren(...this.work(told, area));
      around.replaceChildren(...this.around(told));
      this.places(told, work.closest(".map-card"));
    }).catch((error) => stillMine() && work.replaceChildren(el("p", { class: "problem-message" }, error.message)))
      .finally(() => delete work.dataset.pending);
    if (showsRisk) {
      risk.replaceChildren(el("p", { class: "muted" }, words.text("map.waiting.risk")));
      Promise.all([source.about("risk", asked, area.code, setup.lang), detail]).then(([foretold, told]) => {
        if (stillMine()) risk.replaceChildren(...this.risk(foretold, told, area));
      }).catch((error) => stillMine() && risk.replaceChildren(el("p", { class: "problem-message" }, error.message)))
        .finally(() => delete risk.dataset.pending);
    }
    return { first: showsRisk ? [risk] : [], rest: [work, around] };
  }

  risk(foretold, told, area) {
    const { words } = this.map;
    const head = el("h3", {}, words.text("map.card.risk"));
    if (foretold.expected === null) return [head, el("p", { class: "muted" }, words.text("map.card.none_foretold"))];
    const last = new Date(`${foretold.end}T00:00:00Z`);
    last.setUTCDate(last.getUTCDate() - 1);
    const days = words.days(foretold.start, last.toISOString().slice(0, 10));
    const fact = (key, text) => el("div", {}, el("dt", {}, words.text(key)), el("dd", {}, text));
    return [
      head,
      el("p", { class: "muted" }, words.text("map.card.risk.days", { days })),
      el("p", { class: "number" }, el("span", { class: "big" }, words.number(foretold.expected, 2), el("small", {}, words.text("unit.cases")))),
      foretold.is_forecast ? "" : el("p", { class: "chip fair" }, words.text("map.card.baseline")),
      el("dl", { class: "facts" },
        fact("map.card.risk.rank", words.text("map.card.rank", { rank: words.number(foretold.rank), of: words.number(foretold.of) })),
        fact("map.card.risk.chance", `${words.number(100 * foretold.chance, 0)}%`),
        fact("map.card.risk.range", words.text("map.card.risk.range.value", foretold))),
      el("h4", {}, words.text("map.card.why")),
      el("ul", { class: "reasons" }, foretold.reasons.filter(({ share }) => share >= LEAST_SHARE).map((one) => this.reason(one))),
      el("h4", {}, words.text("map.card.todo")),
      el("ol", { class: "todo" }, this.todo(foretold, told, area).map((text) => el("li", {}, text))),
      el("p", { class: "muted small" }, words.text("map.card.todo.note")),
    ];
  }

  reason({ share, name, text }) {
    const { words } = this.map;
    return el("li", {},
      el("span", { class: "what" }, words.of(name)),
      el("span", { class: "track", "aria-hidden": "true" }, el("i", { style: `width:${(100 * share).toFixed(1)}%` })),
      el("span", { class: "figure" }, `${words.number(100 * share)}%`),
      text ? el("span", { class: "muted" }, words.of(text)) : "");
  }

  /** What follows from open work and the largest reasons, the surest first. */
  todo(foretold, told, area) {
    const { words } = this.map;
    const said = [];
    if (told.open.overdue_count) said.push(words.text("map.todo.overdue", { count: words.number(told.open.overdue_count) }));
    if (area.level === "grid" && told.workers.grid_count && !told.workers.with_worker_count) said.push(words.text("map.todo.worker"));
    const category = told.categories[0]?.name;
    for (const { reason, share } of foretold.reasons) {
      if (said.length >= MOST_STEPS || share < LEAST_SHARE || !DOABLE.includes(reason)) continue;
      if (reason === "lesser" && !category) continue;
      if (reason === "neighbours" && !told.neighbours?.length) continue;
      const text = words.text(`map.todo.${SAME[reason] ?? reason}`, { category, count: told.neighbours?.length ?? 0 });
      if (!said.includes(text)) said.push(text);
    }
    return said.length ? said : [words.text("map.todo.none")];
  }

  work(told, area) {
    const { words } = this.map;
    const { open, workers } = told;
    const fact = (key, text, tone = "") => el("div", { class: tone }, el("dt", {}, words.text(key)), el("dd", {}, text));
    const cases = (count) => words.text("map.cases", { count: words.number(count) });
    const people = told.is_population_hidden ? words.text("map.card.people.hidden")
      : told.population === null ? "—" : words.text("map.card.persons", { count: words.number(told.population) });
    return [
      el("h3", {}, words.text("map.card.work")),
      el("dl", { class: "facts" },
        fact("map.card.people", people),
        workers.grid_count ? (area.level === "grid"
          ? fact("map.card.workers", words.text("map.card.persons", { count: words.number(workers.worker_count) }), workers.worker_count ? "" : "bad")
          : fact("map.card.workers.grids", `${words.number(workers.with_worker_count)} / ${words.number(workers.grid_count)}`)) : "",
        fact("map.card.open", cases(open.open_count)),
        fact("map.card.overdue", cases(open.overdue_count), open.overdue_count ? "bad" : ""),
        open.open_count ? fact("map.card.oldest", words.text("map.card.days", { count: words.number(open.oldest_days) })) : ""),
      this.history(told.months),
      told.categories.length ? el("h4", {}, words.text("map.card.categories")) : "",
      this.categories(told.categories),
    ];
  }

  /** Bars of the cases of each month, the serious ones dark. */
  history(months) {
    const { words } = this.map;
    const counts = months.map(({ cases }) => cases);
    const most = Math.max(1, ...counts);
    const sum = (name) => months.reduce((total, month) => total + month[name], 0);
    const label = words.text("map.card.history.label", {
      months: months.length, low: words.number(Math.min(...counts)), high: words.number(Math.max(...counts)),
      sum: words.number(sum("cases")), serious: words.number(sum("serious")),
    });
    const part = (share) => `height:${(100 * share).toFixed(1)}%`;
    return el("figure", { class: "map-months", role: "img", "aria-label": label },
      el("div", { class: "bars", "aria-hidden": "true" }, months.map(({ month, cases, serious }) =>
        el("span", { title: `${month}: ${words.number(cases)}` },
          el("i", { style: part(cases / most) }, el("b", { style: part(cases ? serious / cases : 0) }))))),
      el("figcaption", { class: "muted" },
        `${words.text("map.card.history", { months: months.length })}${sum("serious") ? ` · ${words.text("map.card.serious")}` : ""}`,
        el("span", {}, `${months[0].month} – ${months.at(-1).month}`)));
  }

  categories(rows) {
    const { words } = this.map;
    const most = Math.max(1, ...rows.map(({ cases }) => cases));
    return el("ul", { class: "reasons" }, rows.map(({ name, cases }) => el("li", {},
      el("span", { class: "what" }, name),
      el("span", { class: "track", "aria-hidden": "true" }, el("i", { style: `width:${(100 * cases / most).toFixed(1)}%` })),
      el("span", { class: "figure" }, words.number(cases)))));
  }

  around({ neighbours }) {
    const { words, map } = { words: this.map.words, map: this.map };
    if (neighbours === null || !neighbours.length) return [];
    return [
      el("h3", {}, words.text("map.card.neighbours")),
      el("ul", { class: "neighbours" }, neighbours.slice(0, MOST_NEIGHBOURS).map(({ code, name }) => {
        const area = map.areas.byCode.get(code);
        const value = area && map.view.level === "grid" ? map.valueText(area) : "";
        return el("li", {}, el("a", { href: map.href({ card: code }) }, name, value ? el("small", {}, value) : ""));
      })),
    ];
  }

  /** Beside each KPI, where the area stands among its like. */
  places({ places }, card) {
    const { words } = this.map;
    for (const [kpi, one] of Object.entries(places)) {
      const node = card?.querySelector(`[data-place="${kpi}"]`);
      if (!node) continue;
      const key = one.judgement ?? { inside: "as_expected" }[one.position] ?? one.position;
      node.textContent = words.text(`map.card.place.${key}`, { rank: words.number(one.rank), of: words.number(one.of) });
      node.title = words.text("map.card.place.note");
      node.className = { better: "good", worse: "bad" }[key] ?? "";
    }
  }
}

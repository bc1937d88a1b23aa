// The map page: follows the address, asks for what it names, and has it drawn.
import { go, periodChanges, periodOf, queryWith, written } from "./address.mjs";
import { Canvas } from "./canvas.mjs";
import { Card } from "./card.mjs";
import { Source } from "./data.mjs";
import { Exports } from "./exports.mjs";
import { Layers } from "./layers.mjs";
import { RAW, firstLevel, hasPeriod, levelsOf, measureOf, modeParts, showsKpi } from "./modes.mjs";
import { Panel } from "./panel.mjs";
import { Picker } from "./picker.mjs";
import { pointWritten } from "./place.mjs";
import { Player } from "./player.mjs";
import { Ranking } from "./ranking.mjs";
import { isPhone, roomOf } from "./room.mjs";
import { Tip } from "./tip.mjs";
import { Tools } from "./tools.mjs";
import { Words, el } from "./words.mjs";

/** An answer that takes longer than this is said to be on its way. */
const PATIENCE_MS = 350;

const schemeNow = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

export class GridMap {
  constructor() {
    this.source = new Source();
    this.asked = 0;
    this.root = el("div", { class: "grid-map", "data-pending": "map" });
    this.stage = el("div", { class: "map-stage" });
    this.root.append(this.stage);
    this.canvas = new Canvas(this.stage, this.listener());
    this.exports = new Exports(this);
    this.player = new Player(this);
    this.picker = new Picker(this);
    this.layers = new Layers(this);
    this.tools = new Tools(this);
    this.panel = new Panel(this);
    this.ranking = new Ranking(this);
    this.card = new Card(this);
    this.tip = new Tip(this.root);
    this.root.append(this.panel.node, this.panel.trail, this.panel.sample, this.ranking.node, this.card.node, this.picker.node, this.tools.node);
    this.stage.append(this.picker.line);
    this.watch();
    this.prepare();
  }

  listener() {
    return {
      hover: (area, point) => this.tip.show(area && this.told(area), point),
      choose: (area) => (this.picker.isOn && this.isInside(area) ? this.picker.pick(area) : this.isInside(area) ? this.choose(area) : this.enter(this.neighbour(area))),
      // The first click of the two has opened a card: what follows takes its place in the history.
      enter: (area) => this.enter(this.isInside(area) ? area : this.neighbour(area), { replace: Boolean(this.view.card) }),
      lost: () => this.fallBack(),
    };
  }

  /** Go on without a picture, as where there never was one. */
  fallBack() {
    this.canvas = null;
    this.root.classList.add("no-map");
    this.follow();
  }

  watch() {
    addEventListener("popstate", () => this.follow());
    addEventListener("gridgov:address", () => this.follow());
    addEventListener("resize", () => this.fit());
    // What stands above the map may go after it has come, such as the shape of a page not drawn yet.
    new ResizeObserver(() => this.fit()).observe(document.body);
    new ResizeObserver(() => {
      this.root.style.setProperty("--legend-height", `${this.panel.legend.node.offsetHeight}px`);
    }).observe(this.panel.legend.node);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.view?.card && !new URLSearchParams(location.search).has("receipt")) {
        this.close();
      }
    });
    new MutationObserver(() => this.follow()).observe(document.documentElement, {
      attributes: true, attributeFilter: ["data-theme"],
    });
  }

  /** Ask for what the first picture needs while the page around it is still being made. */
  prepare() {
    this.first = this.load().catch(() => null);
  }

  async load() {
    const search = location.search;
    const setup = await this.source.setup(search);
    const asked = this.source.areas(setup);
    this.foretell(setup);
    return { search, setup, areas: await asked };
  }

  /** Ask for values and tiles of the whole county before the areas are known. */
  foretell(setup) {
    const given = written();
    if (given.area || given.card) return;
    const levels = setup.levels.slice(1).map(({ level }) => level);
    const level = given.level || firstLevel(given.mode || RAW, levels);
    this.source.shading(this.question(setup, given, level)).catch(() => null);
    if (!this.setup && setup.tiles) this.open({ setup, level, box: setup.county.box });
  }

  question(setup, given, level) {
    const { from, to } = periodOf(given, setup);
    const kpi = given.kpi || setup.defaults.kpi;
    const mode = given.mode || RAW;
    const asked = { county: setup.county.code, kpi, level, version: setup.version, ...modeParts(given, mode) };
    if (hasPeriod(mode, given.follow)) Object.assign(asked, { from, to });
    return given.department && showsKpi(mode) ? { ...asked, department: given.department } : asked;
  }

  /** Take a place in the page: the same map moves on when the page around it is drawn again. */
  settleIn(place) {
    this.place = place;
    place.replaceChildren(this.root);
    this.fit();
    if (this.followed !== this.wanted) this.follow();
    else if (!("pending" in this.root.dataset)) this.finish();
  }

  fit() {
    if (!this.place?.isConnected) return;
    const top = this.root.getBoundingClientRect().top + scrollY;
    const size = `${innerWidth}×${Math.max(420, innerHeight - top)}`;
    if (size === this.size) return;
    this.size = size;
    this.root.style.height = `${size.split("×")[1]}px`;
    this.canvas?.map?.resize();
  }

  /** On narrow screens the ranking comes on demand. */
  toggleRanking() {
    const isOpen = this.root.classList.toggle("ranking-open");
    if (isOpen) this.ranking.node.querySelector("button")?.focus();
  }

  get padding() {
    return roomOf(this);
  }

  /** What the picture depends on besides the data. */
  get wanted() {
    return `${location.search} ${schemeNow()}`;
  }

  /** Draw what the address says. A later call overtakes an earlier one. */
  async follow() {
    if (location.pathname !== "/map" || !this.place?.isConnected) return;
    const mine = ++this.asked;
    this.followed = this.wanted;
    const overtaken = () => mine !== this.asked;
    this.root.dataset.pending = "map";
    delete this.root.dataset.failed;
    try {
      if (await this.settle(overtaken)) this.finish();
    } catch (error) {
      if (overtaken()) return;
      this.fail(error);
    }
  }

  fail(error) {
    console.error(error);
    this.root.dataset.failed = "map";
    this.canvas?.release();
    this.finish();
    this.panel.problem(error.message);
  }

  finish() {
    delete this.root.dataset.pending;
    delete this.place.dataset.pending;
  }

  async settle(overtaken) {
    await this.known(overtaken);
    if (overtaken()) return false;
    const view = this.read();
    const asked = this.source.shading(view.asked);
    asked.catch(() => null);
    this.open({ setup: this.setup, level: view.level, box: view.focus.box });
    // On a phone panel and legend are as high as the mode has choices and classes, and come back when a
    // card goes.
    const refits = isPhone() && (this.view?.mode !== view.mode || (this.view?.card && !view.card));
    const moved = refits || this.aimed !== String(view.focus.box);
    const isFirst = !this.view;
    const shading = await this.patiently(asked, view, overtaken);
    if (overtaken()) return false;
    this.player.stop();
    this.show(view, shading);
    this.picker.follow();
    this.panel.draw();
    const painted = this.picture({ moved, isFirst }, overtaken);
    this.ranking.draw();
    this.card.draw();
    await painted;
    return !overtaken();
  }

  /** Take what was answered as what is shown. */
  show(view, shading) {
    const kpiShown = this.words.kpis.get(view.kpi);
    Object.assign(this, { view, shading: { ...shading, mode: view.mode }, kpiShown });
    this.kpi = measureOf(view.mode, { words: this.words, kpi: kpiShown, shading, view });
  }

  /** An answer, and what is being worked out if that takes its time: a forecast does. */
  async patiently(asked, view, overtaken) {
    const timer = setTimeout(() => {
      if (!overtaken()) this.panel.waiting(this.words.text(view.mode === "risk" || view.mode === "bivariate" ? "map.waiting.risk" : "loading"));
    }, PATIENCE_MS);
    try {
      return await asked;
    } finally {
      clearTimeout(timer);
      this.panel.legend.node.classList.remove("waiting");
    }
  }

  /** Texts, choices and areas for the address's county and language. */
  async known(overtaken) {
    const key = ["county", "lang"].map((name) => new URLSearchParams(location.search).get(name)).join();
    if (this.key === key && this.setup) return;
    const first = await this.first;
    this.first = null;
    const found = first?.search === location.search ? first : await this.load();
    if (overtaken()) return;
    this.key = key;
    const isNew = this.setup?.county.code !== found.setup.county.code;
    if (isNew) Object.assign(this, { view: null, areas: found.areas });
    this.setup = found.setup;
    if (this.view) this.view = { ...this.view };
    const before = this.words;
    this.words = new Words(this.setup);
    if (before) this.canvas?.speak(this.words);
  }

  /** The address as areas, days and a question. */
  read() {
    const { setup, areas } = this;
    const given = written();
    const top = areas.at[areas.levels[0]][0];
    const named = areas.byCode.get(given.area) ?? top;
    const isLowest = !areas.below(named.level);
    const focus = isLowest && named !== top ? areas.byCode.get(named.parent) ?? top : named;
    const mode = given.mode || RAW;
    const lower = levelsOf(mode, areas.levels.slice(areas.levels.indexOf(focus.level) + 1));
    const level = lower.includes(given.level) ? given.level : firstLevel(mode, lower) ?? focus.level;
    const period = periodOf(given, setup);
    const kpi = given.kpi || setup.defaults.kpi;
    const card = areas.byCode.get(given.card) ?? (isLowest && named !== top ? named : null);
    const asked = this.question(setup, given, level);
    const point = pointWritten(given.point, this.words);
    return { ...given, mode, focus, level, lower, period, kpi, card, asked, point };
  }

  /** Begin with the tiles of a county in the reader's colours, unless they are what is there. */
  open({ setup, level, box }) {
    if (!this.canvas) return;
    const words = new Words(setup);
    if (!setup.tiles) throw new Error(words.text("map.no_tiles"));
    const scheme = schemeNow();
    const wanted = `${setup.county.code} ${scheme}`;
    if (this.opened === wanted) return;
    if (!this.canvas.map) this.aimed = String(box);
    try {
      this.canvas.open({ setup, scheme, words, level, box, padding: this.padding });
    } catch (error) {
      if (!error.message.includes("WebGL")) throw error;
      // Trying is the cheapest way to find out: a context made only to ask takes as long as the map's.
      console.warn(error);
      this.canvas = null;
      this.root.classList.add("no-map");
      return;
    }
    this.stage.maplibre = this.canvas.map;
    this.opened = wanted;
  }

  async picture({ moved, isFirst }, overtaken) {
    if (!this.canvas) return;
    const { focus, level, card } = this.view;
    await this.canvas.ready();
    if (overtaken()) return;
    this.paint();
    this.canvas.mark("selected", [card?.level === level ? card : null]);
    this.canvas.mark("chosen", [...this.picker.chosen]);
    this.canvas.label({ level, focus, valueOf: (area) => this.valueText(area) });
    if (moved) this.canvas.show(focus, this.padding, isFirst || undefined);
    else if (card && isPhone() && card !== this.lifted) this.canvas.lift(card);
    this.aimed = String(focus.box);
    this.lifted = card;
    this.bring(moved);
    await this.layers.show();
    await this.canvas.drawn();
  }

  paint() {
    const { areas, shading, kpi, view: { level, focus } } = this;
    this.canvas.paint({ areas, shading, kpi, level, focus });
  }

  /** A point just marked is in sight. */
  bring(moved) {
    const { point } = this.view;
    const { map: drawn } = this.canvas;
    const at = point?.join();
    if (point && at !== this.pointed && !moved && !drawn.getBounds().contains(point)) drawn.panTo(point);
    this.pointed = at;
  }

  /** Paint and list again what is shown, without a change of the address. */
  async repaint() {
    const { level, focus } = this.view;
    if (this.canvas) this.paint();
    this.canvas?.label({ level, focus, valueOf: (area) => this.valueText(area) });
    this.panel.days.textContent = this.words.days(this.shading.from, this.shading.to);
    this.panel.legend.draw(this);
    this.ranking.draw();
    await this.canvas?.drawn();
  }

  // What can be done, each a change of the address.

  href(changes) {
    return queryWith(changes, this.setup.defaults);
  }

  change(changes) {
    go(this.href(changes));
  }

  /** Address of looking into an area: the next level inside it. */
  hrefInto(area) {
    const isTop = area.level === this.areas.levels[0];
    return this.href({ area: isTop ? "" : area.code, level: "", card: "" });
  }

  enter(area, how = {}) {
    if (!this.areas.below(area.level)) return this.choose(area);
    return go(this.hrefInto(area), how);
  }

  choose(area) {
    this.change({ card: area.code });
  }

  close() {
    this.change({ card: "" });
  }

  choosePeriod(key) {
    this.change(periodChanges(key, this.setup));
  }

  isInside(area) {
    return this.areas.within(this.view.focus, area.level).includes(area);
  }

  /** The area beside the one looked into, at its level, that holds another area. */
  neighbour(area) {
    return this.areas.path(area).find(({ level }) => level === this.view.focus.level) ?? area;
  }

  // What is said of an area.

  valueText(area) {
    const value = this.shading.values[area.fid];
    if (value === undefined || Number.isNaN(value)) return "";
    const figure = this.words.figure(value, this.kpi);
    return this.kpi.unit === "%" ? `${figure}%` : figure;
  }

  told(area) {
    const inside = this.isInside(area);
    const one = inside ? area : this.neighbour(area);
    const below = this.areas.below(one.level);
    return { area: one, inside, below, shading: this.shading, words: this.words, kpi: this.kpi, map: this };
  }
}

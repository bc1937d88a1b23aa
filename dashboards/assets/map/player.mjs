// Month after month on the map: moved by hand, or played. Classes stay those of the whole period, so
// that a colour means the same in every month.
import { classOf, NO_CLASS } from "./data.mjs";
import { FIXED, edgesNow, mostEdges } from "./edges.mjs";
import { RAW } from "./modes.mjs";
import { el } from "./words.mjs";

const STEP_MS = 900;
const CALM_STEP_MS = 2000;
const MOST_MONTHS = 24;

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Player {
  constructor(map) {
    this.map = map;
    this.node = el("div", { class: "player", hidden: true });
    this.timer = null;
  }

  /** Months from the oldest to the newest. */
  get months() {
    return this.map.setup.months.slice(0, MOST_MONTHS).reverse();
  }

  draw() {
    const { view, words, shading } = this.map;
    this.node.hidden = !(view.mode === "raw" && !shading.missing);
    if (this.node.hidden) return;
    const { months } = this;
    const at = months.findIndex(({ key }) => key === view.period.key);
    this.at = at;
    this.slider = el("input", {
      type: "range", name: "month", min: 0, max: months.length - 1, value: at < 0 ? months.length - 1 : at,
      "aria-label": words.text("map.player.month"), "aria-valuetext": at < 0 ? words.text("map.player.period") : months[at].label,
      oninput: () => this.look(Number(this.slider.value)),
      onchange: () => this.keep(),
    });
    this.button = el("button", { type: "button", class: "play", "aria-pressed": "false", onclick: () => this.toggle() });
    this.said = el("output", { class: "month" }, at < 0 ? words.text("map.player.period") : months[at].label);
    this.node.replaceChildren(this.button, this.slider, this.said);
    this.say(false);
  }

  say(isPlaying) {
    const { words } = this.map;
    this.button.textContent = isPlaying ? "❚❚" : "▶";
    this.button.setAttribute("aria-label", words.text(isPlaying ? "map.player.pause" : "map.player.play"));
    this.button.title = this.button.getAttribute("aria-label");
    this.button.setAttribute("aria-pressed", String(isPlaying));
  }

  toggle() {
    if (this.timer) {
      this.stop();
      this.keep();
      return;
    }
    const last = this.months.length - 1;
    this.edges ??= this.map.shading.breaks;
    this.say(true);
    const step = async () => {
      this.at = this.at < 0 || this.at >= last ? 0 : this.at + 1;
      this.slider.value = this.at;
      await this.look(this.at);
      if (!this.timer) return;
      if (this.at === last) {
        this.stop();
        this.keep();
      } else this.timer = setTimeout(step, calm() ? CALM_STEP_MS : STEP_MS);
    };
    this.timer = setTimeout(step, 0);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.edges = null;
    if (this.button) this.say(false);
  }

  asked(at) {
    const { from, to } = this.months[at];
    return { ...this.map.view.asked, from, to };
  }

  /** Paint a month in the classes of before; the next one is asked for meanwhile. */
  async look(at) {
    const { map } = this;
    const edges = (this.edges ??= map.shading.breaks);
    const month = this.months[at];
    this.at = at;
    this.said.textContent = month.label;
    this.slider.setAttribute("aria-valuetext", month.label);
    const found = await map.source.shading(this.asked(at));
    if (this.at !== at || !this.edges) return;
    if (this.timer && at + 1 < this.months.length) map.source.shading(this.asked(at + 1)).catch(() => null);
    const classes = Uint8Array.from(found.values, (value) => {
      const place = classOf(value, edges);
      return place < 0 ? NO_CLASS : place;
    });
    const counts = Array.from({ length: edges.length + 1 }, () => 0);
    for (let fid = 1; fid < classes.length; fid += 1) if (classes[fid] !== NO_CLASS) counts[classes[fid]] += 1;
    map.show(map.view, { ...found, breaks: edges, classes, counts });
    await map.repaint();
  }

  /** The month looked at becomes the period of the address, in the classes it was seen in. */
  keep() {
    const month = this.months[this.at];
    const { breaks } = this.map.shading;
    const classes = breaks.length && breaks.length <= mostEdges(RAW) ? { classes: FIXED, breaks: edgesNow(this.map) } : {};
    if (month) this.map.change({ period: "", from: month.from, to: month.to, ...classes });
  }
}

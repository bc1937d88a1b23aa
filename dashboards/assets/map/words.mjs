// Texts and numbers in the reader's language, as the rest of the pages write them.

// A half is rounded up in the decimal a reader would write, whatever the binary one behind it:
// 23.95 is 24.0 here as on every other page (dashboards/numbers_text.py).
const DIGITS = 12;
const MOST_DECIMALS = 4;

/** Letters of a Chinese keyboard as those of any other; "10²" is no number, and stays none. */
export const halfWidth = (typed) => typed.replace(/[\uFF01-\uFF5E\u3000]/g, (letter) => letter.normalize("NFKC"));

const formats = new Map();

/** Making a format takes longer than using it a hundred times. */
const formatOf = (decimals) => {
  if (!formats.has(decimals)) {
    const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, signDisplay: "negative" };
    formats.set(decimals, new Intl.NumberFormat("en-US", options));
  }
  return formats.get(decimals);
};

export class Words {
  constructor(setup) {
    this.setup = setup;
    this.kpis = new Map(setup.kpis.map((kpi) => [kpi.id, kpi]));
    this.language = setup.lang === "zh" ? "zh-CN" : "en";
  }

  /** Text of a key, its `{name}` places filled. */
  text(key, values = {}) {
    const template = this.setup.texts[key] ?? key;
    return template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  /** The reader's language of a text that comes in both. */
  of({ zh, en }) {
    return this.setup.lang === "zh" ? zh : en;
  }

  /** A share as percent; what is not all is never written as all. */
  share(value) {
    return this.value(value, { is_share: true, decimals: 1, unit: "%" });
  }

  level(level) {
    return this.setup.levels.find((one) => one.level === level)?.name ?? level;
  }

  number(value, decimals = 0) {
    if (value === null || value === undefined || Number.isNaN(value)) return "—";
    return formatOf(decimals).format(value.toPrecision(DIGITS)).replace("-", "−");
  }

  figure(value, kpi) {
    if (value === null || value === undefined || Number.isNaN(value)) return "—";
    if (kpi.is_signed) {
      const size = this.number(kpi.is_share ? value * 100 : value, kpi.decimals);
      return /[1-9]/.test(size) && value > 0 ? `+${size}` : size;
    }
    if (!kpi.is_share) return this.number(value, kpi.decimals);
    let decimals = kpi.decimals;
    // Not all is never shown as all: 0.99972 is 99.97 %.
    while (value < 1 && decimals < MOST_DECIMALS && Number(this.number(value * 100, decimals)) === 100) {
      decimals += 1;
    }
    return this.number(value * 100, decimals);
  }

  joined(figure, unit) {
    return unit === "%" ? `${figure}%` : `${figure} ${unit}`.trim();
  }

  value(value, kpi) {
    return this.joined(this.figure(value, kpi), kpi.unit);
  }

  change(difference, kpi) {
    const figure = this.figure(difference, kpi);
    const unit = kpi.is_share ? this.text("unit.percentage_points") : kpi.unit;
    return this.joined(figure.startsWith("−") ? figure : `+${figure}`, unit);
  }

  /** A number with all the decimals it was typed with. */
  typed(value) {
    const [, decimals = ""] = String(value).split(".");
    return this.number(value, decimals.length);
  }

  /** A class break, with as many decimals as tell it from the others and no more. */
  edge(value, kpi) {
    const shown = kpi.is_share ? value * 100 : value;
    if (Math.abs(shown) > 0 && Math.abs(shown) < 0.095) return this.number(shown, 3);
    return this.number(shown, Number.isInteger(Number(shown.toFixed(3))) ? 0 : Math.max(1, kpi.decimals));
  }

  day(text) {
    if (!text) return "—";
    const [year, month, day] = text.split("-").map(Number);
    if (this.setup.lang === "zh") return `${year}年${month}月${day}日`;
    const name = new Date(Date.UTC(year, month - 1, day));
    return name.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  }

  days(from, to) {
    return from === to ? this.day(from) : `${this.day(from)} – ${this.day(to)}`;
  }
}

/** An element with attributes and children; a text child is never read as HTML. */
export const el = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

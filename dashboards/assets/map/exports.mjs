// Taking the map along: the list as Excel or CSV, the areas as GeoJSON or GeoPackage, the picture as
// PNG with title, legend, scale and north.
import { GROUND } from "./palette.mjs";
import { metresPerPixel } from "./style.mjs";
import { el } from "./words.mjs";

const RATIO = 2;
const WIDE = 1600;
const SIDE = 300;
const HEAD = 74;
const FOOT = 40;
const NICE = [1, 2, 5];

const scheme = () => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

export class Exports {
  constructor(map) {
    this.map = map;
  }

  /** A menu: nothing is made before it is asked for. */
  button() {
    const { words } = this.map;
    const link = (href, key) => el("a", { href, download: "" }, words.text(key));
    return el("details", { class: "map-export" },
      el("summary", {}, words.text("export.label")),
      el("div", { class: "menu" },
        link(this.page("xlsx"), "export.xlsx"),
        link(this.page("csv"), "export.csv"),
        el("button", { type: "button", disabled: !this.map.canvas, onclick: () => this.picture() }, words.text("map.export.png")),
        el("p", { class: "muted" }, words.text("map.export.areas")),
        ["cgcs2000", "gcj02"].flatMap((datum) => ["geojson", "gpkg"].map((kind) =>
          link(this.areas(kind, datum), `map.export.${kind}.${datum}`)))));
  }

  page(kind) {
    const query = new URLSearchParams(location.search);
    for (const name of ["receipt", "role", "of", "card"]) query.delete(name);
    query.set("page", "/map");
    query.delete("table");
    if (kind === "csv") query.set("table", "areas");
    return `/api/page.${kind}?${query}`;
  }

  areas(kind, datum) {
    const { view, setup } = this.map;
    const query = new URLSearchParams({ ...view.asked, datum, lang: setup.lang });
    if (view.focus !== this.map.areas.at[this.map.areas.levels[0]][0]) query.set("area", view.focus.code);
    return `/api/map/areas.${kind}?${query}`;
  }

  get title() {
    const { words, view, kpi, setup } = this.map;
    const place = view.focus.level === this.map.areas.levels[0] ? setup.county.name : view.focus.name;
    const mode = words.text(`map.mode.${view.mode}`);
    return `${place} · ${kpi.name}${kpi.name === mode ? "" : ` · ${mode}`}`;
  }

  /** Save what is seen, drawn again in one picture. */
  async picture() {
    const { map } = this;
    const seen = await this.seen();
    const ratio = seen.width / map.canvas.node.clientWidth;
    const high = Math.round((WIDE - SIDE) * seen.height / seen.width) + HEAD + FOOT;
    const sheet = Object.assign(document.createElement("canvas"), { width: WIDE * RATIO, height: high * RATIO });
    const pen = sheet.getContext("2d");
    pen.scale(RATIO, RATIO);
    const ground = GROUND[scheme()];
    pen.fillStyle = ground.land;
    pen.fillRect(0, 0, WIDE, high);
    const [wide, tall] = [WIDE - SIDE, high - HEAD - FOOT];
    pen.drawImage(seen, 0, HEAD, wide, tall);
    this.head(pen, ground);
    this.legend(pen, ground);
    this.north(pen, ground, wide);
    this.scale(pen, ground, { wide, tall, shown: wide / (seen.width / ratio) });
    this.foot(pen, ground, high);
    const blob = await new Promise((done) => sheet.toBlob(done, "image/png"));
    const link = el("a", { href: URL.createObjectURL(blob), download: `${this.name}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  get name() {
    const { shading, setup } = this.map;
    const days = [shading.from, shading.to].map((day) => day.replaceAll("-", "")).join("-");
    return `${this.title.replaceAll(" · ", "_").replaceAll("/", "-")}_${days}_v${setup.version}`;
  }

  /** The map's own picture: a WebGL canvas can be read only while it draws. */
  seen() {
    const { map: drawn } = this.map.canvas;
    return new Promise((done) => {
      drawn.once("render", () => {
        const from = drawn.getCanvas();
        const copy = Object.assign(document.createElement("canvas"), { width: from.width, height: from.height });
        copy.getContext("2d").drawImage(from, 0, 0);
        done(copy);
      });
      drawn.triggerRepaint();
    });
  }

  write(pen, text, x, y, { size = 14, weight = 400, colour, align = "left", most } = {}) {
    pen.font = `${weight} ${size}px "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif`;
    pen.fillStyle = colour;
    pen.textAlign = align;
    pen.textBaseline = "alphabetic";
    pen.fillText(text, x, y, most);
  }

  /** Text over several lines, broken where it is full; gives the place of the next line. */
  paragraph(pen, text, x, y, wide, style) {
    pen.font = `${style.weight ?? 400} ${style.size}px sans-serif`;
    const pieces = text.match(/[ -~]+?(?:\s|$|(?=[^ -~]))|[^ -~]/g) ?? [];
    let line = "";
    for (const piece of pieces) {
      if (pen.measureText(line + piece).width > wide && line) {
        this.write(pen, line, x, y, style);
        y += style.size * 1.5;
        line = piece.trimStart();
      } else line += piece;
    }
    this.write(pen, line, x, y, style);
    return y + style.size * 1.7;
  }

  head(pen, ground) {
    const { words, shading } = this.map;
    this.write(pen, this.title, 24, 34, { size: 24, weight: 700, colour: ground.text });
    const days = shading.from ? words.days(shading.from, shading.to) : "";
    this.write(pen, [words.text(`map.mode.${this.map.view.mode}.long`), days].filter(Boolean).join(" · "), 24, 58, { size: 14, colour: ground.text, most: WIDE - 48 });
  }

  legend(pen, ground) {
    const { map } = this;
    const { words, kpi, shading } = map;
    const x = WIDE - SIDE + 24;
    let y = HEAD + 24;
    this.write(pen, words.text("map.legend", { unit: kpi.unit }), x, y, { size: 15, weight: 700, colour: ground.text });
    for (const [colour, text, count] of map.panel.legend.lines(map)) {
      y += 26;
      pen.fillStyle = colour;
      pen.fillRect(x, y - 13, 28, 16);
      pen.strokeStyle = ground.grid;
      pen.strokeRect(x, y - 13, 28, 16);
      this.write(pen, text, x + 38, y, { size: 13, colour: ground.text, most: SIDE - 120 });
      this.write(pen, words.number(count), WIDE - 24, y, { size: 13, colour: ground.text, align: "right" });
    }
    if (shading.uncertain) {
      y += 26;
      this.hatched(pen, ground, x, y);
      this.write(pen, words.text(map.view.mode === "change" ? "map.uncertain.change.long" : "map.uncertain.long"), x + 38, y, { size: 13, colour: ground.text, most: SIDE - 120 });
      this.write(pen, words.number(shading.uncertain), WIDE - 24, y, { size: 13, colour: ground.text, align: "right" });
    }
    y += 34;
    const said = [...map.panel.legend.sentences(), ...shading.said.slice(0, 2).map((text) => words.of(text))];
    for (const text of said) y = this.paragraph(pen, text, x, y, SIDE - 48, { size: 12.5, colour: ground.text });
  }

  hatched(pen, ground, x, y) {
    pen.save();
    pen.beginPath();
    pen.rect(x, y - 13, 28, 16);
    pen.clip();
    pen.strokeStyle = ground.hatch;
    for (let at = -16; at < 32; at += 5) {
      pen.beginPath();
      pen.moveTo(x + at, y + 3);
      pen.lineTo(x + at + 16, y - 13);
      pen.stroke();
    }
    pen.restore();
  }

  /** The map is never turned, so north is up. */
  north(pen, ground, wide) {
    const [x, y] = [wide - 40, HEAD + 28];
    pen.fillStyle = ground.text;
    pen.beginPath();
    pen.moveTo(x, y - 16);
    pen.lineTo(x + 9, y + 12);
    pen.lineTo(x, y + 5);
    pen.lineTo(x - 9, y + 12);
    pen.fill();
    this.write(pen, this.map.words.text("map.north"), x, y + 30, { size: 14, weight: 700, colour: ground.text, align: "center" });
  }

  scale(pen, ground, { wide, tall, shown }) {
    const { map: drawn } = this.map.canvas;
    const { lat } = drawn.getCenter();
    const perPixel = metresPerPixel(lat, drawn.getZoom()) / shown;
    const most = perPixel * 220;
    const power = 10 ** Math.floor(Math.log10(most));
    const metres = power * NICE.findLast((step) => step * power <= most);
    const length = metres / perPixel;
    const [x, y] = [wide - 24 - length, HEAD + tall - 22];
    pen.strokeStyle = ground.text;
    pen.lineWidth = 1.6;
    pen.beginPath();
    pen.moveTo(x, y - 7);
    pen.lineTo(x, y);
    pen.lineTo(x + length, y);
    pen.lineTo(x + length, y - 7);
    pen.stroke();
    const { words } = this.map;
    const text = metres >= 1000 ? `${metres / 1000} ${words.text("map.kilometres")}` : `${metres} ${words.text("map.metres")}`;
    this.write(pen, text, x + length / 2, y - 10, { size: 13, colour: ground.text, align: "center" });
  }

  foot(pen, ground, high) {
    const { words, setup } = this.map;
    const parts = [words.text("map.export.foot", { version: setup.version, as_of: words.day(setup.county.as_of) })];
    if (setup.county.is_sample) parts.push(words.text("sample.data.note"), words.text("sample.boundaries.note"));
    this.write(pen, parts.join(" · "), 24, high - 15, { size: 12.5, colour: ground.text, most: WIDE - 48 });
  }
}

// Taking the map along: the list as Excel or CSV, the areas as GeoJSON or GeoPackage, the picture as
// PNG or as a sheet of A4.
import { layerInk } from "./layers.mjs";
import { picture } from "./picture.mjs";
import { sheet } from "./sheet.mjs";
import { el } from "./words.mjs";

export class Exports {
  constructor(map) {
    this.map = map;
  }

  /** A menu: nothing is made before it is asked for. */
  button() {
    const { words } = this.map;
    const link = (href, key) => el("a", {
      href, download: "", onclick: (event) => { event.preventDefault(); this.take(event.currentTarget); },
    }, words.text(key));
    const made = (key, kind, make) => el("button", {
      type: "button", disabled: !this.map.canvas, onclick: ({ target }) => this.save(target, kind, make),
    }, words.text(key));
    this.said = el("p", { class: "said", role: "status" });
    return el("details", { class: "map-export" },
      el("summary", {}, words.text("export.label")),
      el("div", { class: "menu" },
        link(this.page("xlsx"), "export.xlsx"),
        link(this.page("csv"), "export.csv"),
        made("map.export.png", "png", picture),
        made("map.export.pdf", "pdf", sheet),
        this.said,
        el("p", { class: "muted" }, words.text("map.export.areas")),
        ["cgcs2000", "gcj02"].flatMap((datum) => ["geojson", "gpkg"].map((kind) =>
          link(this.areas(kind, datum), `map.export.${kind}.${datum}`)))));
  }

  /** Make a file of the picture. */
  async save(button, kind, make) {
    button.disabled = true;
    const busy = kind === "pdf" ? this.map.words.text("map.export.pdf.busy") : "";
    await this.give(busy, async () => ({ blob: await make(this.map, this.content()), name: `${this.name}.${kind}` }));
    button.disabled = false;
  }

  /** A file that the server makes. */
  take({ href }) {
    return this.give(this.map.words.text("loading"), async () => {
      const answer = await fetch(href);
      if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error ?? String(answer.status));
      const [, name] = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("content-disposition") ?? "") ?? [];
      return { blob: await answer.blob(), name: name ? decodeURIComponent(name) : "" };
    });
  }

  /** Give a file to the reader once it is made; what goes wrong is said in the menu. */
  async give(busy, make) {
    const { said } = this;
    said.classList.remove("problem-message");
    said.textContent = busy;
    try {
      const { blob, name } = await make();
      const link = el("a", { href: URL.createObjectURL(blob), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
      said.textContent = "";
    } catch (error) {
      console.warn(error);
      said.classList.add("problem-message");
      said.textContent = error.message;
    }
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

  /** Which cases it is of and what they are held against, as the server says it. */
  get limits() {
    return this.map.shading.limits.map((said) => this.map.words.of(said));
  }

  get name() {
    const { shading, setup } = this.map;
    const said = [...this.title.split(" · "), ...this.limits].join("_");
    const days = shading.from ? `_${[shading.from, shading.to].map((day) => day.replaceAll("-", "")).join("-")}` : "";
    return `${said.replaceAll("/", "-")}${days}_v${setup.version}`;
  }

  /** What stands around the picture, in either form. */
  content() {
    const { words, kpi, shading, view, panel, setup } = this.map;
    const days = shading.from ? words.days(shading.from, shading.to) : "";
    const foot = [words.text("map.export.foot", { version: setup.version, as_of: words.day(setup.county.as_of) })];
    if (setup.county.is_sample) foot.push(words.text("sample.data.note"), words.text("sample.boundaries.note"));
    return {
      title: this.title,
      subtitle: [words.text(`map.mode.${view.mode}.long`), ...this.limits, days].filter(Boolean).join(" · "),
      heading: `${words.text("map.legend", { unit: kpi.unit })} · ${panel.legend.extent()}`,
      linesIn: (scheme) => [...panel.legend.lines(scheme), ...this.overlaid(scheme)],
      said: shading.missing ? [panel.legend.missing()] : [...panel.legend.sentences(), ...shading.said.slice(0, 2).map((text) => words.of(text))],
      foot: foot.join(" · "),
      mark: setup.county.is_sample ? words.text("sample.data") : "",
    };
  }

  overlaid(scheme) {
    const { words, layers } = this.map;
    return layers.chosen.map((name) => ({ swatch: "dot", colour: layerInk(name, scheme), text: words.text(`map.layer.${name}`), count: "" }));
  }
}

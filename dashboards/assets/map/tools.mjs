// On a narrow screen: months, selection by hand and what lies over the map, in a sheet above the legend
// that leaves the map in sight. On a wide one they stand in the panel and the list.
import { el } from "./words.mjs";

const NARROW = matchMedia("(max-width: 860px)");

export class Tools {
  constructor(map) {
    this.map = map;
    this.node = el("section", { class: "map-tools map-box", id: "map-tools", hidden: true });
    NARROW.addEventListener("change", () => {
      this.close();
      if (map.words) map.panel.arrange();
    });
  }

  get isOpen() {
    return !this.node.hidden;
  }

  /** The button that opens it; it stands in the legend, which is drawn anew with the map. */
  button() {
    const { words } = this.map;
    this.opener = el("button", {
      type: "button", class: "to-tools", "aria-expanded": String(this.isOpen), "aria-controls": "map-tools",
      onclick: () => (this.isOpen ? this.close() : this.open()),
    }, words.text("map.tools"));
    return this.opener;
  }

  open() {
    const before = this.middle;
    this.show(true);
    this.pan(before - this.middle);
    this.node.querySelector("button").focus({ preventScroll: true });
  }

  close() {
    if (!this.isOpen) return;
    const hadFocus = this.node.contains(document.activeElement);
    this.show(false);
    this.pan(-this.moved);
    if (hadFocus) this.opener?.focus({ preventScroll: true });
  }

  /** Height in pixels of the middle of what is seen of the map. */
  get middle() {
    const { panel, root } = this.map;
    const top = this.isOpen ? root.getBoundingClientRect().top : panel.node.getBoundingClientRect().bottom;
    const below = this.isOpen ? this.node : panel.legend.node;
    return (top + below.getBoundingClientRect().top) / 2;
  }

  /** Keep in the middle what was there. */
  pan(up) {
    this.moved = up;
    this.map.canvas?.map?.panBy([0, up]);
  }

  show(isOpen) {
    this.node.hidden = !isOpen;
    this.map.root.classList.toggle("tools-open", isOpen);
    this.opener?.setAttribute("aria-expanded", String(isOpen));
  }

  /** Take in the parts where the screen is narrow. True where it did. */
  take(...parts) {
    if (!NARROW.matches) {
      this.node.replaceChildren();
      return false;
    }
    const { words, picker } = this.map;
    this.node.setAttribute("aria-label", words.text("map.tools"));
    this.node.replaceChildren(
      el("header", {},
        el("h2", {}, words.text("map.tools")),
        el("button", { type: "button", class: "to-draw", onclick: () => { this.close(); picker.begin(); } }, words.text("map.choose")),
        el("button", { type: "button", class: "close", "aria-label": words.text("receipt.close"), onclick: () => this.close() }, "×")),
      ...parts);
    return true;
  }
}

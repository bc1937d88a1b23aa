// Taking the map along.
import { el } from "./words.mjs";

export class Exports {
  constructor(map) {
    this.map = map;
  }

  button() {
    return el("span", {});
  }
}

// The library of the charts: half a second of the browser's time, which the map page does without.
"use strict";

if (location.pathname !== "/map") {
  const library = new URL("vendor/plotly.js/plotly-cartesian.min.js", document.currentScript.src);
  document.write(`<script src="${library.pathname}"></script>`);
}

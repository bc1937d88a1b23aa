// Charts travel as data within the markup (see components/chart.py). This file draws them once the
// library has come, keeps the drawing when a page is drawn again, and saves it as a picture.
"use strict";

(() => {
  const CONFIG = {
    // The defaults would offer to send the chart to a server outside.
    showSendToCloud: false,
    plotlyServerURL: "",
    displaylogo: false,
    displayModeBar: false,
    responsive: true,
    doubleClick: false,
  };
  const CHARTLESS = ["/map", "/wall"];
  const PICTURE = { png: { scale: 2 }, svg: {} };
  const source = new URL("vendor/plotly.js/plotly-cartesian.min.js", document.currentScript.src);
  let library;

  const load = () =>
    (library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = source.pathname;
      script.onload = () => done(window.Plotly);
      script.onerror = failed;
      document.head.append(script);
    }));

  const places = (root) => [...root.querySelectorAll("[data-chart]")];

  const draw = async (place) => {
    const data = place.querySelector(":scope > script");
    if (!data) return;
    const figure = JSON.parse(data.textContent);
    const Plotly = await load();
    if (!place.isConnected) return;
    const plot = place.querySelector(":scope > .plot") ?? place.appendChild(
      Object.assign(document.createElement("div"), { className: "plot" }));
    await Plotly.react(plot, figure.data, figure.layout, CONFIG);
    data.remove();
    if (plot.isListened) return;
    plot.isListened = true;
    plot.on("plotly_click", ({ points: [point] }) => {
      const link = Array.isArray(point.customdata) ? point.customdata[0] : point.customdata;
      if (typeof link === "string" && link.startsWith("?")) window.gridgov.lead(link);
    });
  };

  // The drawings of a part that is about to be filled anew: those whose name comes again are moved
  // over, so a chart changes in its place; the others give back what they hold.
  window.gridgovCharts = {
    // Read while the server draws the page.
    expect() {
      if (!CHARTLESS.includes(location.pathname)) load();
    },
    keep(root) {
      const kept = new Map();
      for (const place of places(root)) {
        const plot = place.querySelector(":scope > .plot");
        if (plot) kept.set(place.dataset.chart, plot);
      }
      return kept;
    },
    fill(root, kept) {
      for (const place of places(root)) {
        const plot = kept.get(place.dataset.chart);
        if (plot && place.querySelector(":scope > script")) {
          place.append(plot);
          kept.delete(place.dataset.chart);
        }
        draw(place).catch((error) => {
          place.dataset.failed = String(error);
          throw error;
        });
      }
      for (const plot of kept.values()) window.Plotly?.purge(plot);
    },
  };

  const file = (place, button) =>
    `${document.title.split(" · ")[0]}_${button.getAttribute("aria-label").split(": ").pop()}`
      .replaceAll(/[\\/:*?"<>|\s]+/g, "_").slice(0, 80);

  const download = (address, name) => {
    const link = Object.assign(document.createElement("a"), { href: address, download: name });
    link.click();
  };

  const ownSvg = async (place, kind, name) => {
    const svg = place.querySelector("svg");
    const text = new XMLSerializer().serializeToString(svg);
    const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    if (kind === "png") {
      const picture = new Image();
      picture.src = address;
      await picture.decode();
      const { width, height } = svg.getBoundingClientRect();
      const canvas = Object.assign(document.createElement("canvas"),
        { width: width * 2, height: height * 2 });
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      download(canvas.toDataURL("image/png"), `${name}.png`);
    } else {
      download(address, `${name}.svg`);
    }
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-save]");
    if (!button) return;
    const { save: kind, of } = button.dataset;
    const place = document.querySelector(`[data-chart="${of}"], [data-svg="${of}"]`);
    const name = file(place, button);
    if (place.dataset.svg) return void ownSvg(place, kind, name);
    const plot = place.querySelector(".plot");
    const { width, height } = plot.getBoundingClientRect();
    window.Plotly.downloadImage(plot, {
      format: kind, filename: name, width, height, ...PICTURE[kind],
    });
  });
})();

// The address is the state. This file splits it for the callbacks, puts their answers into the page,
// keeps links within the page, and tells by `document.body.dataset.state` when all is drawn:
// `loading`, `ready` or `error`.
"use strict";

(() => {
  const RECEIPT = ["receipt", "role", "of"];
  const page = document.getElementById("page");
  const drawer = document.getElementById("receipt");
  const pending = new Set();
  let failed = false;
  let again = 0;

  // Dash reads the address when it begins, and then when we say that it is another one.
  let isRunning = false;
  const tell = () => {
    if (isRunning) window.dash_clientside.set_props("address", { "data-href": location.href });
  };

  // From here until `split` has seen the new address, the page is not what the address says.
  const move = (address, { replace = false } = {}) => {
    pending.add("address");
    settle();
    history[replace ? "replaceState" : "pushState"]({}, "", address);
    tell();
    dispatchEvent(new Event("gridgov:address"));
  };

  // Back and forward, which change the address by themselves.
  let seen = location.href;
  addEventListener("popstate", () => {
    if (location.href === seen) return;
    pending.add("address");
    settle();
    tell();
  });

  const go = (search) => move(`${location.pathname}${search ? `?${search}` : ""}`);

  // To another view: a new entry of the history, or in place of this one; at the top of the page where
  // that is another one.
  const lead = (target, options) => {
    const address = new URL(target, location.href);
    if (address.href === location.href) return;
    const moves = address.pathname !== location.pathname;
    move(address.href, options);
    if (moves) scrollTo(0, 0);
  };

  // The state of a page that is drawn at the same address once more differs by `again` only.
  const stateOf = (query, theme) => ({
    path: location.pathname,
    query,
    theme,
    ...(again ? { again: String(again) } : {}),
  });

  const pageQuery = () => {
    const query = new URLSearchParams(location.search);
    RECEIPT.forEach((name) => query.delete(name));
    return query.toString();
  };

  // Draw the page anew, as when a newer version was published; what is there stays until then.
  const redraw = () => {
    if (!isRunning) return;
    again += 1;
    begin("page");
    asked.page = JSON.stringify(stateOf(pageQuery(), window.gridgov.theme()));
    window.dash_clientside.set_props("page-view", { "data-view": JSON.parse(asked.page) });
  };
  Object.assign(window.gridgov, { lead, redraw });

  const setState = (state) => {
    if (document.body && document.body.dataset.state !== state) document.body.dataset.state = state;
  };

  // The place of a chart carries `data-chart` and is drawn when plotly's drawing is in it; other
  // parts that take their time carry `data-pending` until they are done. A chart that only fits
  // itself to its place again does not make a ready page unready.
  const isDrawn = () =>
    !document.querySelector("[data-pending]") &&
    (document.body.dataset.state === "ready" ||
      [...document.querySelectorAll("[data-chart]")].every((chart) =>
        chart.querySelector(".main-svg") && !chart.querySelector(":scope > script")));

  // Fill a part of the page anew unless it is what is there. The focus stays where it was: on what
  // is in the same place. Lists of several stay open while one chooses from them.
  const FOCUSABLE = "a[href], button, summary, select, input, [tabindex]";
  const fill = (place, markup) => {
    if (place.filledWith === markup) return;
    place.filledWith = markup;
    const focused = [...place.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement);
    const open = [...place.querySelectorAll("details[data-stays][open]")];
    const kept = window.gridgovCharts.keep(place);
    place.innerHTML = markup;
    for (const { dataset: { stays } } of open) {
      const list = place.querySelector(`details[data-stays="${stays}"]`);
      if (list) list.open = true;
    }
    window.gridgovCharts.fill(place, kept);
    if (focused >= 0) place.querySelectorAll(FOCUSABLE)[focused]?.focus({ preventScroll: true });
  };

  const part = (root, name) => root.querySelector(`:scope > [data-part="${name}"]`);

  const settle = () => {
    if (document.documentElement.lang !== page.dataset.lang) {
      document.documentElement.lang = page.dataset.lang;
    }
    const title = page.dataset.title || "gridgov";
    if (document.title !== title) document.title = title;
    if (pending.size) return setState("loading");
    if (failed || document.querySelector("[data-failed]")) return setState("error");
    setState(isDrawn() ? "ready" : "loading");
  };

  const drawn = (what) => {
    pending.delete(what);
    settle();
    dispatchEvent(new Event("gridgov:drawn"));
  };

  const begin = (what) => {
    pending.add(what);
    failed = false;
    settle();
  };

  // A callback that never answers would leave the page loading for ever. An answer that comes after
  // the same was asked for another view is of no use any more: Dash takes 204 as "no change".
  const plainFetch = window.fetch;
  const turns = new Map();
  window.fetch = async (resource, options) => {
    const isCallback = String(resource?.url ?? resource).includes("_dash-update-component");
    if (!isCallback) return plainFetch(resource, options);
    const { output } = JSON.parse(options.body);
    const turn = (turns.get(output) ?? 0) + 1;
    turns.set(output, turn);
    window.gridgovCharts.expect();
    try {
      const answer = await plainFetch(resource, options);
      if (turns.get(output) !== turn) return new Response(null, { status: 204 });
      if (answer.status >= 400) throw new Error(`status ${answer.status}`);
      return answer;
    } catch (error) {
      if (turns.get(output) === turn) {
        failed = true;
        document.body.dataset.failure = String(error);
        pending.clear();
        settle();
      }
      throw error;
    }
  };

  // What was last asked for, as text. The document came with the page of its address.
  const asked = {
    page: JSON.stringify(stateOf(pageQuery(), page.dataset.scheme)),
    receipt: "null",
  };

  window.dash_clientside = window.dash_clientside ?? {};
  window.dash_clientside.gridgov = {
    split() {
      isRunning = true;
      const theme = window.gridgov.theme();
      const query = new URLSearchParams(location.search);
      const wanted = query.has("receipt")
        ? { path: location.pathname, query: query.toString(), theme }
        : null;
      const views = { page: stateOf(pageQuery(), theme), receipt: wanted };
      pending.delete("address");
      seen = location.href;
      const answers = Object.entries(views).map(([what, view]) => {
        const text = JSON.stringify(view);
        if (text === asked[what]) return window.dash_clientside.no_update;
        asked[what] = text;
        if (view) begin(what);
        return view;
      });
      if (wanted && !drawer.open) drawer.showModal();
      if (!wanted && drawer.open) drawer.close();
      settle();
      return answers;
    },

    pageDrawn({ lang, title, version, head, main }) {
      Object.assign(page.dataset, { lang, title: title ?? "", version: version ?? "" });
      fill(part(page, "head"), head);
      fill(part(page, "main"), main);
      drawn("page");
    },

    receiptDrawn(receipt) {
      if (receipt) fill(part(drawer, "main"), receipt.main);
      drawn("receipt");
    },
  };

  // Closed by Escape or by a click beside it: the address forgets the receipt.
  drawer.addEventListener("close", () => {
    const search = new URLSearchParams(location.search);
    if (!search.has("receipt")) return;
    RECEIPT.forEach((name) => search.delete(name));
    go(search.toString());
  });
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });

  // Filters: the choice becomes the address's part of that name.
  document.addEventListener("change", (event) => {
    const field = event.target.closest?.("[data-filter]");
    if (!field || !field.checkValidity()) return;
    const search = new URLSearchParams(location.search);
    const { filter: name, default: fallback } = field.dataset;
    if (field.type === "date") {
      const [first, last] = field.parentElement.querySelectorAll("[data-filter]");
      // A period that would end before it begins is the one day just chosen.
      if (first.value > last.value) (field === first ? last : first).value = field.value;
      search.delete("period");
      search.set(first.dataset.filter, first.value);
      search.set(last.dataset.filter, last.value);
    } else if (field.value === fallback) {
      search.delete(name);
    } else {
      search.set(name, field.value);
    }
    go(search.toString());
  });

  // Links within the site change the address without loading the page again.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/api/") || link.pathname.startsWith("/assets/")) return;
    event.preventDefault();
    lead(link.href);
  });

  // Menus close when something else is chosen; a page is printed by its own button.
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      const isChosen = event.target.closest("a, button") && !menu.dataset.stays;
      if (!menu.contains(event.target) || isChosen) menu.open = false;
    }
    if (event.target.closest?.("[data-print]")) print();
  });

  // The server sent the page, not its receipt, and in the colours it knows of.
  const isWhole = !new URLSearchParams(location.search).has("receipt") &&
    page.dataset.scheme === window.gridgov.theme();
  if (!isWhole) pending.add("address");
  window.gridgovCharts.fill(page, new Map());
  settle();
  new MutationObserver(settle).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-pending", "data-failed"],
  });
})();

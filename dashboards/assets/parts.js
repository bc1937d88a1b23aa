// Parts that need no answer from the server: narrowing a list down as one types, and copying.
"use strict";

(() => {
  // What was typed and which tag was chosen, by list: a page drawn again keeps both.
  const asked = new Map();
  const of = (name) => asked.get(name) ?? { typed: "", tag: "" };

  const narrow = (name) => {
    const { typed, tag } = of(name);
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const items = [...document.querySelectorAll(`[data-found-in="${name}"]`)];
    for (const item of items) {
      const text = item.dataset.words.toLowerCase();
      item.hidden = Boolean(tag && item.dataset.tag !== tag) ||
        !words.every((word) => text.includes(word));
    }
    for (const group of document.querySelectorAll(`[data-group-of="${name}"]`)) {
      group.hidden = !group.querySelector(`[data-found-in="${name}"]:not([hidden])`);
    }
    for (const button of document.querySelectorAll(`[data-tag-of="${name}"]`)) {
      button.setAttribute("aria-pressed", String(button.value === tag));
    }
    const found = items.filter((item) => !item.hidden).length;
    for (const count of document.querySelectorAll(`[data-count-of="${name}"]`)) {
      count.textContent = count.dataset.words
        .replace("#", String(found)).replace("#", String(items.length));
    }
  };

  const restore = () => {
    for (const field of document.querySelectorAll("[data-find]")) {
      if (field.isRestored) continue;
      field.isRestored = true;
      field.value = of(field.dataset.find).typed;
      narrow(field.dataset.find);
    }
    // The chosen item of a list in its own window is brought into it.
    for (const window_ of document.querySelectorAll("[data-scrolls]")) {
      if (window_.isRestored) continue;
      window_.isRestored = true;
      const chosen = window_.querySelector("[aria-current]");
      if (!chosen || window_.scrollHeight <= window_.clientHeight) continue;
      const { top, height } = chosen.getBoundingClientRect();
      const place = window_.getBoundingClientRect();
      window_.scrollTop += top - place.top - (place.height - height) / 2;
    }
  };

  document.addEventListener("input", (event) => {
    const name = event.target.dataset?.find;
    if (!name) return;
    asked.set(name, { ...of(name), typed: event.target.value });
    narrow(name);
  });

  // Enter opens the first that is found.
  document.addEventListener("keydown", (event) => {
    const name = event.target.dataset?.find;
    if (!name || event.key !== "Enter") return;
    event.preventDefault();
    document.querySelector(`[data-found-in="${name}"]:not([hidden]) a[href]`)?.click();
  });

  // The clipboard's own interface needs https, which a county's network may lack.
  const copy = async (block) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(block.textContent);
    const range = document.createRange();
    range.selectNodeContents(block);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand("copy");
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-tag-of], button[data-copies]");
    if (!button) return;
    const { tagOf: name, copies, done } = button.dataset;
    if (name) {
      asked.set(name, { ...of(name), tag: button.value });
      narrow(name);
    }
    if (copies) {
      await copy(document.getElementById(copies));
      button.querySelector("[role=status]").textContent = done;
    }
  });

  restore();
  new MutationObserver(restore).observe(document.body, { subtree: true, childList: true });
})();

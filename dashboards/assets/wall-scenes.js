// Turns the scenes of the wall screen: every 15 seconds, by the arrow keys, or by the buttons below;
// the space bar or a click pauses. On a narrow screen they stand below each other instead.
"use strict";

(() => {
  const EVERY_MS = 15_000;
  const stacked = matchMedia("(max-width: 900px)");
  let wall = null;
  let current = null;
  let isPaused = false;
  let began = 0;
  let elapsed = 0;
  let timer = 0;

  const scenes = () => [...wall.querySelectorAll("[data-scene]")];

  const show = () => {
    for (const scene of scenes()) {
      scene.hidden = !stacked.matches && scene.dataset.scene !== current;
    }
    for (const button of wall.querySelectorAll("[data-turn]")) {
      button.setAttribute("aria-current", String(button.dataset.turn === current));
    }
    wall.toggleAttribute("data-paused", isPaused);
  };

  // The bar below runs from where it was, also when the wall has just been drawn anew.
  const run = () => {
    clearTimeout(timer);
    wall.style.setProperty("--elapsed", `-${Math.round(elapsed)}ms`);
    if (isPaused || stacked.matches) return;
    began = Date.now() - elapsed;
    timer = setTimeout(() => step(1), Math.max(EVERY_MS - elapsed, 0));
  };

  const turnTo = (name) => {
    // A receipt that is being read is not turned away from.
    const isReading = new URLSearchParams(location.search).has("receipt");
    if (!isReading) {
      current = name;
      wall.dataset.turning = name;
      show();
    }
    elapsed = 0;
    run();
  };

  const step = (by) => {
    const names = scenes().map((scene) => scene.dataset.scene);
    if (!names.length) return;
    turnTo(names[(names.indexOf(current) + by + names.length) % names.length]);
  };

  const toggle = () => {
    if (!isPaused) elapsed = Math.min(Date.now() - began, EVERY_MS);
    isPaused = !isPaused;
    show();
    run();
  };

  // Runs before the new picture is painted, so the scene that was shown is shown again.
  const adopt = () => {
    const found = document.querySelector(".wall");
    if (found === wall) return;
    const isAnew = wall !== null && found !== null;
    if (isAnew && !isPaused) elapsed = Math.min(Date.now() - began, EVERY_MS);
    wall = found;
    clearTimeout(timer);
    if (wall === null) return;
    const names = scenes().map((scene) => scene.dataset.scene);
    if (!isAnew) elapsed = 0;
    if (!names.includes(current)) [current] = names;
    show();
    run();
  };

  document.addEventListener("keydown", (event) => {
    if (!wall || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, dialog")) return;
    if (event.key === "ArrowRight") step(1);
    else if (event.key === "ArrowLeft") step(-1);
    else if (event.key === " " && !event.target.closest?.("a, button")) {
      event.preventDefault();
      toggle();
    }
  });

  document.addEventListener("click", (event) => {
    if (!wall?.contains(event.target)) return;
    const button = event.target.closest("[data-turn]");
    if (button) turnTo(button.dataset.turn);
    else if (!event.target.closest("a, button")) toggle();
  });

  stacked.addEventListener("change", () => {
    if (!wall) return;
    show();
    run();
  });

  adopt();
  new MutationObserver(adopt).observe(document.body, { subtree: true, childList: true });
})();

// Plays a storm: the next hour as soon as the one before has been seen for a moment. The hours are links
// of the page, so it only follows them; it stops at the last one, when one chooses anything else, and
// on another page.
"use strict";

(() => {
  const SEEN_MS = 1_300;
  let timer = 0;
  let isPlaying = false;
  let waits = false;

  const button = () => document.querySelector("[data-play]");
  const hours = () => [...document.querySelectorAll(".warnings-strip li > a[href]")];

  const show = () => {
    const found = button();
    if (!found) return;
    found.setAttribute("aria-pressed", String(isPlaying));
    for (const words of found.querySelectorAll("[data-play-says]")) {
      words.hidden = (words.dataset.playSays === "pause") !== isPlaying;
    }
  };

  const stop = () => {
    isPlaying = false;
    waits = false;
    clearTimeout(timer);
    show();
  };

  const follow = () => {
    const links = hours();
    const here = links.findIndex((link) => link.hasAttribute("aria-current"));
    // A long storm is in parts: after the last hour of one comes the first of the next.
    const next = links[here + 1] ?? document.querySelector("[data-replay-later]");
    if (!isPlaying || !next) return stop();
    waits = true;
    // In place of the hour before: Back leads out of the replay, not through it.
    window.gridgov.lead(next.getAttribute("href"), { replace: true });
  };

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(follow, SEEN_MS);
  };

  document.addEventListener("click", (event) => {
    const found = event.target.closest?.("[data-play]");
    if (!found) {
      if (isPlaying && event.target.closest?.("a[href]")) stop();
      return;
    }
    if (isPlaying) return stop();
    isPlaying = true;
    show();
    const links = hours();
    const isLast = links.at(-1)?.hasAttribute("aria-current") &&
      !document.querySelector("[data-replay-later]");
    const isOutside = !links.some((link) => link.hasAttribute("aria-current"));
    if (isLast || isOutside) {
      waits = true;
      window.gridgov.lead(found.dataset.play, { replace: true });
    } else {
      later();
    }
  });

  // The hour one is at is brought to the middle of its strip.
  const centre = () => {
    const here = document.querySelector(".warnings-strip a[aria-current]");
    const strip = here?.closest(".warnings-strip");
    if (!strip) return;
    const place = strip.getBoundingClientRect();
    const { left, width } = here.getBoundingClientRect();
    strip.scrollLeft += left - place.left - (place.width - width) / 2;
  };

  centre();
  addEventListener("gridgov:drawn", () => {
    centre();
    if (!isPlaying) return;
    if (!button()) return stop();
    show();
    if (waits && document.body.dataset.state !== "error") {
      waits = false;
      later();
    }
  });
})();

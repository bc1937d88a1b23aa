// The room that panels leave the picture, by the form of the screen.
const PHONE = "(max-width: 860px)";
/** A phone on its side: the panel stands beside the map (`97-map-phone.css`). */
const ON_ITS_SIDE = "(max-width: 960px) and (max-height: 500px)";
/** In pixels: the panel of a narrow screen before it is drawn. */
const LEAST_PANEL = 236;
/** Of the height of a narrow screen: what an open card takes at most. */
const CARD_SHARE = 0.64;

export const isPhone = () => matchMedia(PHONE).matches;

/** Pixels on each side that panels take, so that what is looked at lies beside them. */
export const roomOf = ({ root, panel, card, view }) => {
  const hasCard = Boolean(view?.card);
  if (matchMedia(ON_ITS_SIDE).matches) {
    return { top: 16, bottom: 16, left: panel.node.offsetWidth + 24, right: hasCard ? card.node.offsetWidth + 24 : 24 };
  }
  if (isPhone() && hasCard) {
    return { top: 16, bottom: Math.round(root.clientHeight * CARD_SHARE) + 16, left: 20, right: 20 };
  }
  if (isPhone()) {
    const top = Math.max(LEAST_PANEL, panel.node.offsetHeight) + 20;
    return { top, bottom: Math.max(150, panel.legend.node.offsetHeight + 64), left: 20, right: 20 };
  }
  return { top: 72, bottom: 48, left: 380, right: root.clientWidth > 1180 ? 370 : 48 };
};

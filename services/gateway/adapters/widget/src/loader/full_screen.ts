// On a small screen the panel is the page: what lies behind it can neither be reached nor scrolled.

import type { Launcher } from "./launcher";

/** The style sheet of the loader says the same. */
const small = matchMedia("(max-width: 520px), (max-height: 460px)");

/** Whether the screen is so small that the panel covers it. */
export const isSmall = (): boolean => small.matches;

/** Keeps the page behind an open panel out of reach. Returns what says whether the panel is open. */
export function coverPage(launcher: Launcher): (isOpen: boolean) => void {
  let [isOpen, isCovering, overflow] = [false, false, ""];
  const measure = () => launcher.cover(isCovering, visualViewport ?? undefined);
  const update = () => {
    const wasCovering = isCovering;
    isCovering = isOpen && isSmall();
    // Each time: a navigation may have exchanged the body. The script may run before there is one, and what the page
    // does with its body is its own while nothing covers it.
    if (document.body && (isCovering || wasCovering)) document.body.inert = isCovering;
    if (isCovering === wasCovering) return;
    const { style } = document.documentElement;
    if (isCovering) overflow = style.overflow;
    style.overflow = isCovering ? "hidden" : overflow;
    measure();
  };
  small.onchange = update;
  for (const name of ["resize", "scroll"]) visualViewport?.addEventListener(name, () => isCovering && measure());
  return (open) => {
    isOpen = open;
    update();
  };
}

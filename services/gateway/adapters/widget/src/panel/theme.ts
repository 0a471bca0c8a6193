// The colour a website chose, by day and by night, always readable.

import { inkOn, parseColour, readableOn } from "../shared/colour";
import type { Theme } from "../shared/protocol";

const DAY = [255, 255, 255] as const;
const NIGHT = [23, 26, 37] as const;
const BLACK = [0, 0, 0] as const;

/** Apply a colour and a theme to the whole panel. */
export function applyTheme(colour: string, theme: Theme): void {
  const accent = parseColour(colour) ?? BLACK;
  const { style } = document.documentElement;
  if (theme !== "auto") style.colorScheme = theme;
  style.setProperty("--fill", colour);
  style.setProperty("--fill-ink", inkOn(accent));
  style.setProperty("--accent", `light-dark(${readableOn(DAY, accent)}, ${readableOn(NIGHT, accent)})`);
}

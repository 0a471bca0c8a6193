// The colour a website chose, by day and by night, always readable.

import { inkOn, parseColour, readableOn } from "../shared/colour";
import type { Theme } from "../shared/protocol";

// The ground of a reply (`--bot`). Links are read on it, and what can be read there can be read on the card around it.
const DAY = [242, 243, 248] as const;
const NIGHT = [34, 38, 55] as const;
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

// What a website says about its widget in the attributes of the script.

import { directionOf, languageOf, type Language } from "../shared/languages";
import { parseColour } from "../shared/colour";
import type { Theme } from "../shared/protocol";

const DEFAULT_COLOUR = "#5146e5";
const DEFAULT_TEASER_DELAY_S = 4;

export interface Options {
  /** The address of the panel. */
  panel: string;
  site: string;
  lang: Language;
  theme: Theme;
  color: string;
  side: "left" | "right";
  title: string;
  teaser: string;
  teaserDelayMs: number;
  asksConsent: boolean;
}

/** The options of the script that is running, or that brought this code. */
export function readOptions(): Options {
  const script = ownScript();
  const { site, lang, theme, color, position, title, teaser, teaserDelay, consent } = script?.dataset ?? {};
  const language = languageOf(lang, document.documentElement.lang, ...navigator.languages);
  const usual = directionOf(language) === "rtl" || document.documentElement.dir === "rtl" ? "left" : "right";
  return {
    panel: new URL("widget", script?.src || location.href).href,
    site: site ?? "",
    lang: language,
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    color: color && parseColour(color) ? color : DEFAULT_COLOUR,
    side: position === "left" || position === "right" ? position : usual,
    title: title ?? "",
    teaser: teaser ?? "",
    teaserDelayMs: 1000 * (Number(teaserDelay) || DEFAULT_TEASER_DELAY_S),
    asksConsent: consent === "manual",
  };
}

// `currentScript` is null for what a tag manager or a bundler adds as a module.
function ownScript(): HTMLScriptElement | null {
  const current = document.currentScript;
  if (current instanceof HTMLScriptElement && current.src) return current;
  return document.querySelector<HTMLScriptElement>("script[src*='/widget.js']");
}

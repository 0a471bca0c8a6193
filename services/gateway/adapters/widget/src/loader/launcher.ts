// What the visitor sees on the host's page: a button, a badge, a teaser, and the frame around the panel.

import { inkOn, parseColour } from "../shared/colour";
import { icon, make } from "../shared/elements";
import { directionOf } from "../shared/languages";
import style from "./loader.css";
import type { Options } from "./options";
import { WORDS } from "./words";

const BUBBLE = "M20 4H4a1 1 0 0 0-1 1v11a1 1 0 0 0 1 1h3v4l5-4h8a1 1 0 0 0 1-1V5a1 1 0 0 0-1-1Z";
const CROSS = "M6 6l12 12M18 6 6 18";

export interface LauncherListener {
  toggle(): void;
  /** The visitor is about to open the panel. */
  intent(): void;
  teaser(isAccepted: boolean): void;
}

export class Launcher {
  readonly element = make("salesbot-widget" as "div");
  readonly #words;
  readonly #badge = named("span", "badge", { "aria-hidden": "true" });
  readonly #button = named("button", "launcher", { "aria-haspopup": "dialog" }, icon(BUBBLE), icon(CROSS), this.#badge);
  readonly #dialog = named("div", "panel", { role: "dialog" });
  readonly #teaser = named("div", "teaser", { role: "status" });
  #unread = 0;

  constructor({ lang, title, theme, color, side }: Options, on: LauncherListener) {
    this.#words = WORDS[lang];
    this.#dialog.ariaLabel = title || "Chat";
    this.#button.onclick = on.toggle;
    this.#button.onfocus = this.#button.onpointerenter = on.intent;
    this.#teaser.onclick = ({ target }) => {
      const button = (target as Element).closest("button");
      if (button) on.teaser(button.className === "say");
    };
    const attributes = { class: side, lang, dir: directionOf(lang), "data-theme": theme };
    const widget = make("div", attributes, this.#dialog, this.#teaser, this.#button);
    widget.style.setProperty("--accent", color);
    widget.style.setProperty("--ink", inkOn(parseColour(color) ?? [0, 0, 0]));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    const root = this.element.attachShadow({ mode: "closed" });
    root.adoptedStyleSheets = [sheet];
    root.append(widget);
    this.show(false);
    this.setUnread(0);
  }

  /** Show or hide the panel. */
  show(isOpen: boolean): void {
    this.#dialog.hidden = !isOpen;
    this.#button.ariaExpanded = String(isOpen);
    this.#name();
  }

  /** Put the iframe of the panel in its place. */
  hold(iframe: HTMLIFrameElement): void {
    this.#dialog.append(iframe);
  }

  /** On a small screen: the part of the window that a keyboard on the screen leaves free. */
  cover(isCovering: boolean, { height, offsetTop } = { height: innerHeight, offsetTop: 0 }): void {
    this.#dialog.ariaModal = String(isCovering);
    this.#dialog.style.setProperty("--height", `${height}px`);
    this.#dialog.style.setProperty("--top", `${offsetTop}px`);
  }

  setUnread(count: number): void {
    this.#unread = count;
    this.#badge.textContent = count > 9 ? "9+" : `${count}`;
    this.#badge.hidden = !count;
    this.#name();
  }

  /** Have the teaser say a text; none takes it away. */
  tease(text: string): void {
    const dismiss = named("button", "teaser-dismiss", { "aria-label": this.#words[3] }, icon(CROSS));
    this.#teaser.replaceChildren(...(text ? [named("button", "say", { dir: "auto" }, text), dismiss] : []));
  }

  focus(): void {
    this.#button.focus();
  }

  #name(): void {
    const [open, close, unread] = this.#words;
    this.#button.ariaLabel = this.#dialog.hidden ? open + (this.#unread ? `, ${unread}: ${this.#unread}` : "") : close;
  }
}

// One name for the style sheet and for tests.
function named<Tag extends "div" | "span" | "button">(
  tag: Tag,
  name: string,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  return make(tag, { class: name, "data-testid": name, ...attributes }, ...children);
}

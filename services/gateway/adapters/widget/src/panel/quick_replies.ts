// Quick replies below the last reply: whoever picks one says what it is labelled with.

import { make } from "../shared/elements";

export class QuickReplies {
  #shown = "[]";

  constructor(
    private readonly list: HTMLElement,
    onPick: (label: string) => void,
  ) {
    list.addEventListener("click", ({ target }) => {
      const button = target instanceof Element && target.closest("button");
      if (button) onPick(button.textContent ?? "");
    });
  }

  /** Show quick replies with these labels instead of those before. Returns whether anything changed. */
  show(labels: readonly string[]): boolean {
    // The same ones stay as they are, and with them the focus.
    if (JSON.stringify(labels) === this.#shown) return false;
    this.#shown = JSON.stringify(labels);
    const buttons = labels.map((label) => make("li", {}, make("button", { type: "button", dir: "auto" }, label)));
    this.list.replaceChildren(...buttons);
    this.list.hidden = labels.length === 0;
    return true;
  }
}

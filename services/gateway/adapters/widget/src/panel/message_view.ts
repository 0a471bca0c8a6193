// One message on the screen, with who wrote it and the cards below it.

import { icon, make } from "../shared/elements";
import { fill } from "../shared/languages";
import type { Company, WrittenBy } from "./documents";
import { lastLink, parseMarkdown } from "./markdown";
import { link, patch } from "./patch";
import type { Words } from "./words";

const CALENDAR = "M7 3v3M17 3v3M4 9h16M5 5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z";
const PAPER = "M14 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7Zm0 0v4h4M9 12h6M9 16h6";

/** What a message may show besides its text. */
export interface Attachments {
  hasBookingLink: boolean;
  proposalUrl: string | null;
}

export class MessageView {
  readonly element;
  readonly #bubble = make("div", { class: "bubble text", dir: "auto" });
  readonly #by = make("div", { class: "by" });

  constructor(
    readonly role: "visitor" | "bot",
    private readonly company: Company,
    private readonly words: Words,
  ) {
    this.element = make("div", { class: `message ${role}` }, this.#by, this.#bubble);
    if (role === "visitor") this.setAuthor("visitor");
    else this.setAuthor(null);
  }

  get isWordless(): boolean {
    return this.#bubble.querySelector(".dots") !== null;
  }

  get text(): string {
    return this.#bubble.innerText;
  }

  /** Say who wrote it; null is a reply that is not there yet. */
  setAuthor(by: WrittenBy | null, name?: string | null): void {
    const { words, company } = this;
    if (by === "visitor") {
      this.#by.className = "unseen";
      this.#by.textContent = `${words.you}: `;
    } else {
      const mark = by && make("span", { class: "mark" }, authorMark(by, words));
      this.#by.replaceChildren(name ?? company.botName, " ", mark ?? "");
    }
    if (by) this.element.dataset.by = by;
  }

  /** What the visitor said, as it was said. */
  setPlain(text: string): void {
    const lines = text.split("\n").flatMap((line) => [line, make("br")]);
    this.#bubble.replaceChildren(...lines.slice(0, -1));
  }

  /** The words of a reply that is being written; none so far are dots. */
  setDraft(text: string): void {
    if (text) patch(this.#bubble, parseMarkdown(text, this.company.links, false));
    else if (!this.isWordless) this.#bubble.replaceChildren(dots());
  }

  /** A reply that is complete. */
  setReply(text: string, { hasBookingLink, proposalUrl }: Attachments): void {
    // A single-use link names no company: it is one of ours only where a reply shows the booking link.
    const ours = hasBookingLink ? [...this.company.links, ...this.company.singleUseLinks] : this.company.links;
    patch(this.#bubble, parseMarkdown(text, ours));
    const booking = hasBookingLink ? lastLink(text, ours) : null;
    if (proposalUrl) this.#addCard("proposal", proposalUrl, PAPER, this.words.proposal, this.words.newTab);
    if (!booking) return;
    const note = fill(this.words.opensAt, { host: new URL(booking).host });
    this.#addCard("booking", booking, CALENDAR, this.words.book, note);
  }

  /** Offer to send a message again that did not get through; without an action it is on its way. */
  setFailed(onRetry?: () => void): void {
    this.element.classList.toggle("failed", Boolean(onRetry));
    this.element.querySelector(".retry")?.remove();
    if (!onRetry) return;
    const button = make("button", { type: "button", class: "quiet", "data-action": "retry" }, this.words.retry);
    button.addEventListener("click", onRetry);
    this.element.append(make("p", { class: "retry" }, `${this.words.notSent} `, button));
  }

  #addCard(kind: string, href: string, drawing: string, title: string, note: string): void {
    if (this.element.querySelector(`.card.${kind}`)) return;
    const card = link(href);
    card.className = `card ${kind}`;
    const text = make("span", { class: "about" }, make("strong", {}, title), make("span", { class: "note" }, note));
    card.append(icon(drawing), text);
    this.element.append(card);
  }
}

/** Who wrote a message, in the visitor's language. */
export function authorMark(by: WrittenBy, words: Words): string {
  const marks = { visitor: words.you, model: words.ai, playbook: words.automatic, person: words.person };
  return marks[by];
}

function dots(): HTMLElement {
  return make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
}

// What is on the screen: the messages in their order, the stages, notices, and what a screen reader is told.

import { make } from "../shared/elements";
import { directionOf, fill, type Language } from "../shared/languages";
import type { Booking, Company, Speaker } from "./documents";
import { MessageView } from "./message_view";
import type { Words } from "./words";

const SPACE_ABOVE_PX = 8;
const NEAR_THE_END_PX = 80;
const TIME = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" } as const;
const SAID_AFTER_MS = 5000;

export const byId = <Kind extends HTMLElement>(id: string): Kind => {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as Kind;
};

export class Screen {
  readonly #log = byId("log");
  readonly #scroll = byId("scroll");
  #followsEnd = true;
  #speaker: string | null = null;
  #booking: HTMLElement | null = null;
  #silenceTimer = 0;

  constructor(
    private readonly company: Company,
    private readonly words: Words,
  ) {}

  /** Say who is met here, and show that nothing was said yet. */
  introduce(language: Language, title: string): void {
    const { company, words } = this;
    const root = document.documentElement;
    root.lang = language;
    root.dir = directionOf(language);
    const names = { bot: company.botName, company: company.name };
    document.title = title || `${company.botName} · ${company.name}`;
    byId("title").textContent = title || company.botName;
    byId("avatar").textContent = company.botName.slice(0, 1);
    const welcome = company.welcome[language];
    byId("hello").textContent = welcome?.disclosure ?? fill(words.hello, names);
    byId("invitation").textContent = welcome?.invitation ?? "";
    for (const element of document.querySelectorAll<HTMLElement>("[data-text]")) {
      element.textContent = words[element.dataset.text as keyof Words] as string;
    }
    for (const element of document.querySelectorAll<HTMLElement>("[data-label]")) {
      element.setAttribute("aria-label", words[element.dataset.label as keyof Words] as string);
    }
    byId<HTMLTextAreaElement>("message").placeholder = words.placeholder;
    const step = (stage: string) => make("li", { "data-stage": stage }, words.stages[stage] ?? stage);
    byId("stages").replaceChildren(...company.stages.map(step));
    this.#scroll.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.showStage(null);
    this.showSpeaker({ speaker: "bot", name: null });
  }

  /** Who speaks from now on. The name of a person is told to nobody else than this visitor. */
  showSpeaker({ speaker, name }: Speaker): void {
    const { company, words } = this;
    const names = { bot: company.botName, company: company.name, name: name ?? company.name };
    const isPerson = speaker === "person";
    this.#speaker = isPerson ? names.name : null;
    byId("company").textContent = fill(isPerson ? words.personOf : words.assistantOf, names);
    byId("disclosure").textContent = fill(isPerson ? words.personSpeaks : words.mayErr, names);
  }

  /** The person who speaks, null while the bot does. */
  get speaker(): string | null {
    return this.#speaker;
  }

  /** Show the demo as it is now, in place of what was shown of it before. */
  showBooking({ status, starts_at: startsAt }: Booking): void {
    this.#booking?.remove();
    const time = startsAt ? new Date(startsAt).toLocaleString(document.documentElement.lang, TIME) : "";
    const booked = fill(this.words.booked, { time }).replace(/[\s:]+$/, "");
    const text = status === "canceled" ? this.words.canceled : booked;
    this.#booking = make("p", { class: "demo", "data-status": status, dir: "auto" }, text);
    this.#log.append(this.#booking);
    this.announce(text);
    this.toTheEnd();
  }

  /** Mark the stage the conversation is in. */
  showStage(stage: string | null): void {
    const now = stage ? this.company.stages.indexOf(stage) : -1;
    for (const [place, step] of [...byId("stages").children].entries()) {
      step.classList.toggle("done", place < now);
      if (place === now) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
  }

  /** Forget all messages. */
  clear(): void {
    this.#log.replaceChildren();
    this.#showWelcome(true);
    this.showNotice("");
    this.showStage(null);
    this.showSpeaker({ speaker: "bot", name: null });
  }

  /** Show what the visitor said. A reply without words yet stays below it. */
  addVisitorMessage(text: string): MessageView {
    this.#followsEnd = true;
    const view = this.#add("visitor", this.#log.querySelector<HTMLElement>(".message:has(.dots)"));
    view.setPlain(text);
    this.toTheEnd();
    return view;
  }

  /** A message for a reply; the dots in it say so far that one is coming. */
  addReply(before?: MessageView | null): MessageView {
    const view = this.#add("bot", before?.element ?? null);
    view.setDraft("");
    this.toTheEnd();
    return view;
  }

  /** Tell the visitor about the connection; no text takes the notice away. */
  showNotice(text: string, action = "", onAction: () => void = () => {}): void {
    const notice = byId("notice");
    notice.hidden = !text;
    notice.replaceChildren(text);
    if (!action) return;
    const button = make("button", { type: "button", class: "quiet" }, action);
    button.addEventListener("click", onAction);
    notice.append(button);
  }

  setBusy(isBusy: boolean): void {
    this.#log.setAttribute("aria-busy", String(isBusy));
  }

  /** Have a screen reader say a text, once. */
  announce(text: string): void {
    byId("status").textContent = text;
    clearTimeout(this.#silenceTimer);
    // Whoever reads on to the end of the page does not find it there again.
    this.#silenceTimer = setTimeout(() => byId("status").replaceChildren(), SAID_AFTER_MS);
  }

  /** Bring the newest message into view; one that is longer than the screen is read from its beginning. */
  toTheEnd(): void {
    const newest = this.#log.lastElementChild;
    if (this.#followsEnd && newest instanceof HTMLElement) this.#scroll.scrollTop = newest.offsetTop - SPACE_ABOVE_PX;
  }

  #add(role: "visitor" | "bot", before: HTMLElement | null): MessageView {
    this.#showWelcome(false);
    const view = new MessageView(role, this.company, this.words);
    this.#log.insertBefore(view.element, before);
    return view;
  }

  #showWelcome(isShown: boolean): void {
    byId("welcome").hidden = !isShown;
    byId("more").hidden = isShown;
  }

  // Whoever scrolled up to read is left there.
  #onScroll(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroll;
    this.#followsEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
  }
}

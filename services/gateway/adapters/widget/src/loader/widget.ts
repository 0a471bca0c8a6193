// The widget on the host's page: opens and closes, remembers, and passes on what the panel says.

import { EVENT_NAMES, type EventName, type Identity, type Start, type ToLoader } from "../shared/protocol";
import { makeFrame, type Frame } from "./frame";
import { coverPage, isSmall } from "./full_screen";
import { Launcher } from "./launcher";
import { Memory } from "./memory";
import type { Options } from "./options";

const KEPT = ["conversation", "spoken_at", "unread", "teaser"];
// A conversation that is this recent is listened to: an answer, a person or a booking may still come.
const RECENT_MS = 30 * 60 * 1000;

export class Widget {
  readonly #memory: Memory;
  readonly #tab: Memory;
  readonly #launcher: Launcher;
  readonly #cover: (isOpen: boolean) => void;
  readonly #events = new EventTarget();
  readonly #observer = new MutationObserver(() => this.#attach());
  readonly #end = new AbortController();
  #frame: Frame | undefined;
  #identity: Identity | null = null;
  #isOpen = false;
  #takesFocus = false;

  constructor(private readonly options: Options) {
    const prefix = `salesbot.${options.site || "site"}.`;
    this.#memory = new Memory(prefix, () => localStorage, !options.asksConsent);
    this.#tab = new Memory(prefix, () => sessionStorage, !options.asksConsent);
    this.#launcher = new Launcher(options, {
      toggle: () => this.toggle(),
      intent: () => this.#load(),
      teaser: (isAccepted) => this.#onTeaser(isAccepted),
    });
    this.#cover = coverPage(this.#launcher);
    this.#listen();
    this.#attach();
    this.#restore();
    this.#teaseLater();
  }

  open(takesFocus = true): void {
    this.#takesFocus = takesFocus;
    this.#launcher.tease("");
    const { iframe } = this.#load();
    this.#setOpen(true);
    // What is hidden takes no focus. The panel asks for it too, but it loads in its own time.
    if (takesFocus) iframe.focus();
    this.#setUnread(0);
  }

  close(): void {
    if (this.#isOpen) this.#launcher.focus();
    this.#setOpen(false);
  }

  toggle(): void {
    if (this.#isOpen) this.close();
    else this.open();
  }

  /** Call `listener` with the detail of each event of this name. Returns what ends it. */
  on(name: EventName, listener: (detail: unknown) => void): () => void {
    if (!EVENT_NAMES.includes(name)) throw new TypeError(`Salesbot has no event ${name}, only ${EVENT_NAMES}`);
    const pass = (event: Event) => listener((event as CustomEvent).detail);
    this.#events.addEventListener(name, pass);
    return () => this.#events.removeEventListener(name, pass);
  }

  identify(identity: Identity): void {
    this.#identity = identity;
    this.#frame?.send({ kind: "identify", identity });
  }

  /** Allow or forbid storing; it is asked for where the script says `data-consent="manual"`. */
  consent(isGiven = true): void {
    this.#memory.allow(isGiven, KEPT);
    this.#tab.allow(isGiven, ["open"]);
    if (!isGiven) return;
    // What was stored on the page before may be read only now.
    this.#frame?.send({ kind: "conversation", conversation: this.#memory.get("conversation") });
    this.#restore();
  }

  /** Forget the conversation and the visitor, such as after a logout. */
  reset(): void {
    this.#identity = null;
    for (const name of KEPT) this.#memory.set(name, null);
    this.#setUnread(0);
    this.#frame?.send({ kind: "reset" });
  }

  destroy(): void {
    this.#isOpen = false;
    this.#cover(false);
    this.#observer.disconnect();
    this.#end.abort();
    this.#launcher.element.remove();
  }

  #load(): Frame {
    if (this.#frame) return this.#frame;
    const { panel, site, title } = this.options;
    const url = new URL(panel);
    if (site) url.searchParams.set("site", site);
    const onMessage = (message: ToLoader) => this.#onMessage(message);
    this.#frame = makeFrame(url, title || "Chat", () => this.#start(), onMessage, this.#end.signal);
    this.#launcher.hold(this.#frame.iframe);
    return this.#frame;
  }

  #start(): Start {
    return {
      ...this.options,
      conversation: this.#memory.get("conversation"),
      identity: this.#identity,
      isOpen: this.#isOpen,
      takesFocus: this.#isOpen && this.#takesFocus,
    };
  }

  #setOpen(isOpen: boolean): void {
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    this.#launcher.show(isOpen);
    this.#cover(isOpen);
    this.#tab.set("open", isOpen ? "1" : null);
    this.#frame?.send({ kind: isOpen ? "opened" : "closed" });
    this.#emit(isOpen ? "open" : "close");
  }

  // Beside the body, so that navigations which exchange the body keep it.
  #attach(): void {
    if (!this.#launcher.element.isConnected) document.documentElement.append(this.#launcher.element);
    this.#cover(this.#isOpen);
  }

  #listen(): void {
    this.#observer.observe(document.documentElement, { childList: true });
    // A document that is written anew has another root.
    this.#observer.observe(document, { childList: true });
    const { signal } = this.#end;
    addEventListener("storage", (event) => this.#onStorage(event), { signal });
    addEventListener("keydown", (event) => this.#onKey(event), { signal });
  }

  // Escape on the host's page is the page's own, unless the focus is here.
  #onKey({ key, defaultPrevented }: KeyboardEvent): void {
    if (key === "Escape" && !defaultPrevented && document.activeElement === this.#launcher.element) this.close();
  }

  #restore(): void {
    this.#launcher.setUnread(Number(this.#memory.get("unread")));
    if (this.#tab.get("open") && !isSmall()) this.open(false);
    else if (Date.now() - Number(this.#memory.get("spoken_at")) < RECENT_MS) whenIdle(() => this.#load());
  }

  // Whether the visitor wants it is asked at the end: consent, and with it what is remembered, may come meanwhile.
  #teaseLater(): void {
    const { teaser, teaserDelayMs } = this.options;
    const isUnwanted = () => this.#isOpen || this.#memory.get("spoken_at") || this.#memory.get("teaser");
    const timer = setTimeout(() => isUnwanted() || this.#launcher.tease(teaser), teaserDelayMs);
    this.#end.signal.onabort = () => clearTimeout(timer);
  }

  #onTeaser(isAccepted: boolean): void {
    this.#launcher.tease("");
    this.#memory.set("teaser", "dismissed");
    if (isAccepted) this.open();
    else this.#launcher.focus();
  }

  #onMessage(message: ToLoader): void {
    switch (message.kind) {
      case "close":
        return this.close();
      case "remember":
        this.#memory.set("conversation", message.conversation);
        return this.#memory.set("spoken_at", message.conversation && `${Date.now()}`);
      case "unread":
        return this.#setUnread(message.count);
      case "event":
        return this.#emit(message.name, message.detail);
    }
  }

  #onStorage({ key, newValue }: StorageEvent): void {
    if (key === this.#memory.keyOf("conversation")) this.#frame?.send({ kind: "conversation", conversation: newValue });
    if (key === this.#memory.keyOf("unread") && !newValue) this.#launcher.setUnread(0);
  }

  #setUnread(count: number): void {
    const was = Number(this.#memory.get("unread"));
    this.#launcher.setUnread(count);
    this.#memory.set("unread", count ? `${count}` : null);
    if (count !== was) this.#emit("unread", { count });
  }

  // A fault of a listener is reported on the host's page, and the chat goes on.
  #emit(name: EventName, detail: unknown = {}): void {
    this.#events.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

// The page of the host comes first.
function whenIdle(run: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(run);
  else setTimeout(run, 1000);
}

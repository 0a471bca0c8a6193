// Where the panel lives: in an iframe beside a website, or as a page of its own.

import { languageOf } from "../shared/languages";
import { HELLO, type EventName, type Start, type ToLoader, type ToPanel } from "../shared/protocol";

const NAME = "salesbot.conversation";
const PAGE_COLOUR = "#5146e5";

/** What surrounds the panel. */
export interface Host {
  readonly isPage: boolean;
  readonly start: Start;
  /** Keep the conversation beyond this page; null forgets it. */
  remember(conversation: string | null): void;
  close(): void;
  showUnread(count: number): void;
  emit(name: EventName, detail?: unknown): void;
  listen(onMessage: (message: ToPanel) => void): void;
}

/** The host, once it has said what to begin with. */
export function findHost(): Promise<Host> {
  return window.parent === window ? Promise.resolve(new PageHost()) : embeddingSite();
}

// The website is told to whom the panel belongs by its address alone; which websites may embed it is said by
// `frame-ancestors`. From the first message on a port is used, which nobody else can reach.
function embeddingSite(): Promise<Host> {
  const origin = decodeURIComponent(location.hash.slice(1));
  return new Promise((resolve) => {
    const onStart = ({ source, origin: from, data, ports: [port] }: MessageEvent<ToPanel>) => {
      if (source !== window.parent || from !== origin || data.kind !== "start" || !port) return;
      removeEventListener("message", onStart);
      resolve(new SiteHost(port, data.start));
    };
    addEventListener("message", onStart);
    window.parent.postMessage(HELLO, origin);
  });
}

class SiteHost implements Host {
  readonly isPage = false;

  constructor(
    private readonly port: MessagePort,
    readonly start: Start,
  ) {}

  remember(conversation: string | null): void {
    this.#send({ kind: "remember", conversation });
  }

  close(): void {
    this.#send({ kind: "close" });
  }

  showUnread(count: number): void {
    this.#send({ kind: "unread", count });
  }

  emit(name: EventName, detail: unknown = {}): void {
    this.#send({ kind: "event", name, detail });
  }

  listen(onMessage: (message: ToPanel) => void): void {
    this.port.onmessage = ({ data }: MessageEvent<ToPanel>) => onMessage(data);
  }

  #send(message: ToLoader): void {
    this.port.postMessage(message);
  }
}

class PageHost implements Host {
  readonly isPage = true;
  readonly start: Start = {
    site: "",
    lang: languageOf(new URLSearchParams(location.search).get("lang"), ...navigator.languages),
    theme: "auto",
    color: PAGE_COLOUR,
    title: "",
    conversation: remembered(),
    identity: null,
    isOpen: true,
    takesFocus: true,
  };

  remember(conversation: string | null): void {
    try {
      if (conversation === null) localStorage.removeItem(NAME);
      else localStorage.setItem(NAME, conversation);
    } catch {
      // The conversation then lasts as long as the page.
    }
  }

  close(): void {}

  showUnread(): void {}

  emit(): void {}

  listen(onMessage: (message: ToPanel) => void): void {
    addEventListener("storage", ({ key, newValue: conversation }) => {
      if (key === NAME) onMessage({ kind: "conversation", conversation });
    });
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

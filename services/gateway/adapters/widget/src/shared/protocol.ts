// What the loader on the host's page and the panel in its iframe exchange, over a MessagePort.

/** The panel is ready for the port. It is the only message outside the port, and carries nothing. */
export const HELLO = "salesbot:hello";

export type EventName = "open" | "close" | "unread" | "message" | "lead" | "booking";
export const EVENT_NAMES: readonly EventName[] = ["open", "close", "unread", "message", "lead", "booking"];

/** Who the host's page says its visitor is. */
export interface Identity {
  name?: string;
  email?: string;
  /** By which the website proves the address. */
  token?: string;
}

export type Theme = "light" | "dark" | "auto";

/** What the panel begins with. `conversation` is what it had the loader remember, null where there is nothing. */
export interface Start {
  site: string;
  lang: string;
  theme: Theme;
  color: string;
  title: string;
  conversation: string | null;
  identity: Identity | null;
  isOpen: boolean;
  /** The visitor opened it, rather than having left it open on the page before. */
  takesFocus: boolean;
}

export type ToPanel =
  | { kind: "start"; start: Start }
  | { kind: "opened" }
  | { kind: "closed" }
  | { kind: "identify"; identity: Identity }
  | { kind: "reset" }
  // Another tab of the same website changed it.
  | { kind: "conversation"; conversation: string | null };

export type ToLoader =
  | { kind: "close" }
  | { kind: "remember"; conversation: string | null }
  | { kind: "unread"; count: number }
  | { kind: "event"; name: EventName; detail: unknown };

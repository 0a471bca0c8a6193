// What happens in a conversation without being asked for: a late proposal, a booked demo, a person who takes over.

import { Refused, type Gateway, type Session } from "./gateway";
import { backOff, pause } from "./patience";
import type { Booking, Message, Speaker } from "./documents";

// Nobody waits for what comes unasked, and very many may come back at once.
export const LONGEST_PAUSE_MS = 60000;

export interface UpdatesListener {
  message(message: Message): void;
  speaker(speaker: Speaker): void;
  booking(booking: Booking): void;
  erased(): void;
}

/** Follows one conversation as long as the page can be seen; behind the last sequence each time it begins again. */
export class Updates {
  #cut: AbortController | null = null;
  #session: Session = {};
  #lastSequence = 0;

  constructor(
    private readonly gateway: Gateway,
    private readonly on: UpdatesListener,
  ) {
    // Of the few connections that a browser has to one server, hidden tabs take none.
    document.addEventListener("visibilitychange", () => this.#restart());
  }

  /** Follow this conversation, or none. */
  follow(session: Session): void {
    if (session.id !== this.#session.id) this.#lastSequence = 0;
    const isSame = session.id === this.#session.id && session.token === this.#session.token;
    this.#session = session;
    if (!isSame) this.#restart();
  }

  /** What is on the screen need not come again. */
  reached(sequence: number | null | undefined): void {
    this.#lastSequence = Math.max(this.#lastSequence, sequence ?? 0);
  }

  #restart(): void {
    this.#cut?.abort();
    this.#cut = null;
    if (document.hidden || !this.#session.id) return;
    this.#cut = new AbortController();
    void this.#keepFollowing(this.#cut.signal);
  }

  async #keepFollowing(signal: AbortSignal): Promise<void> {
    for (let tries = 0; !signal.aborted; tries += 1) {
      try {
        for await (const { name, data } of this.gateway.follow(this.#session, this.#lastSequence, signal)) {
          tries = 0;
          this.#pass(name, JSON.parse(data));
        }
      } catch (error) {
        if (error instanceof Refused && error.isLost) return;
      }
      if (!signal.aborted) await pause(backOff(tries + 1, LONGEST_PAUSE_MS));
    }
  }

  #pass(name: string, data: unknown): void {
    if (name === "message") this.on.message(data as Message);
    else if (name === "speaker") this.on.speaker(data as Speaker);
    else if (name === "booking") this.on.booking(data as Booking);
    else if (name === "erased") this.on.erased();
  }
}

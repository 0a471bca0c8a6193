// What is remembered of a conversation beyond the page, and what of it is on the screen.

import type { Session, Turn } from "./gateway";

export interface Conversation extends Session {
  pending: Turn[];
  /** The state of the demo that the website was told last. */
  booking?: string;
}

/** A conversation as it was remembered; an empty one where there is none, or none that can be read. */
export function recall(remembered: string | null): Conversation {
  try {
    const known = JSON.parse(remembered ?? "{}") as Partial<Conversation>;
    return { ...known, pending: known.pending ?? [] };
  } catch {
    return { pending: [] };
  }
}

/** Turns and replies that are on the screen, so that none is shown twice. */
export class Shown {
  readonly #said = new Set<string>();
  readonly #answered = new Set<string>();
  readonly #replies = new Set<string>();
  // All turns of a burst share the sequence of their reply.
  readonly #sequences = new Set<number>();

  hasSaid(turnId: string | null | undefined): boolean {
    return this.#said.has(turnId ?? "");
  }

  addSaid(turnId: string | null): void {
    if (turnId) this.#said.add(turnId);
  }

  isAnswered(turnId: string | undefined): boolean {
    return this.#answered.has(turnId ?? "");
  }

  hasReply({ id, sequence, turns }: ShownReply): boolean {
    if ((id && this.#replies.has(id)) || (sequence && this.#sequences.has(sequence))) return true;
    return turns.some((turn) => this.#answered.has(turn));
  }

  addReply({ id, sequence, turns }: ShownReply): void {
    if (id) this.#replies.add(id);
    if (sequence) this.#sequences.add(sequence);
    for (const turn of turns) this.#answered.add(turn);
  }
}

/** A reply by whatever is known of it. */
export interface ShownReply {
  id?: string;
  sequence?: number | null | undefined;
  turns: readonly string[];
}

/** A key for a turn that nobody can guess. */
export function newKey(): string {
  // randomUUID is missing where the page is served without TLS from another machine.
  const bytes = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"));
  return crypto.randomUUID?.() ?? bytes().join("");
}

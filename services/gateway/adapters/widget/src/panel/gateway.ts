// Talking to the gateway. A turn is sent until it is answered, always as the same turn.

import type { Accepted, Answer, Message, Problem, Transcript } from "./documents";
import type { Identity } from "../shared/protocol";
import { backOff, pause, Watchdog } from "./patience";
import { readEvents, type SentEvent } from "./sse";

const MOST_TRIES = 7;
const LONGEST_RETRY_AFTER_S = 8;
const READ_AGAIN_MS = 2000;
const MOST_READS = 45;

/** A conversation and its token, as far as they are known. */
export interface Session {
  id?: string | undefined;
  token?: string | undefined;
}

/** What the visitor says. With the same key it is the same turn, however often it is sent. */
export interface Turn {
  key: string;
  message: string;
  /** What the website told of the visitor since the turn before. */
  visitor?: Identity | undefined;
  turnId?: string;
}

export interface TurnListener {
  accepted(accepted: Accepted): void;
  /** The whole text so far. */
  text(text: string): void;
  waiting(isReconnecting: boolean): void;
}

/** A refusal that sending again cannot mend, or a turn that was given up. */
export class Refused extends Error {
  readonly code: string;

  constructor(
    readonly status: number,
    problem: Problem,
  ) {
    super(problem.detail ?? problem.title ?? "");
    this.code = problem.code ?? "";
  }

  get isLost(): boolean {
    return [401, 403, 404, 410].includes(this.status);
  }
}

interface Progress {
  text: string;
  lastEventId: string;
  tries: number;
  session: Session;
}

export class Gateway {
  constructor(private readonly site: string) {}

  /** Send a turn and follow its reply. A broken connection is taken up where it broke. Throws Refused. */
  async sendTurn(turn: Turn, session: Session, on: TurnListener): Promise<Answer> {
    const progress: Progress = { text: "", lastEventId: "", tries: 0, session };
    for (;;) {
      try {
        return await this.#tryTurn(turn, progress, on);
      } catch (error) {
        if (error instanceof Refused) throw error;
        progress.tries += 1;
        if (progress.tries >= MOST_TRIES) throw error;
        on.waiting(true);
        await pause(error instanceof Later ? 1000 * error.afterS : backOff(progress.tries));
      }
    }
  }

  /** The transcript of a conversation. Throws Refused. */
  async readTranscript({ id, token }: Session): Promise<Transcript> {
    const response = await fetch(`conversation/${id}`, { headers: this.#headers(token) });
    if (!response.ok) throw await refusalOf(response);
    return (await response.json()) as Transcript;
  }

  /** The session that a link gives. Throws Refused. */
  async resume(token: string): Promise<Session> {
    const response = await fetch("resume", {
      method: "POST",
      headers: { ...this.#headers(), "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (!response.ok) throw await refusalOf(response);
    const resumed = (await response.json()) as Accepted;
    return { id: resumed.conversation_id, token: resumed.session_token };
  }

  /** What happens in a conversation behind this sequence, until the connection ends. Throws Refused. */
  async *follow({ id, token }: Session, sequence: number, signal: AbortSignal): AsyncGenerator<SentEvent> {
    const cut = new AbortController();
    const watchdog = new Watchdog(() => cut.abort());
    try {
      const response = await fetch(`conversation/${id}/events`, {
        headers: { ...this.#headers(token), Accept: "text/event-stream", "Last-Event-ID": String(sequence) },
        signal: AbortSignal.any([signal, cut.signal]),
      });
      if (!response.ok || !response.body) throw await refusalOf(response);
      yield* readEvents(response.body, watchdog.heard);
    } finally {
      watchdog.stop();
    }
  }

  /** Have a conversation deleted for good. Throws Refused. */
  async erase({ id, token }: Session): Promise<void> {
    const response = await fetch(`conversation/${id}`, { method: "DELETE", headers: this.#headers(token) });
    // What is gone was deleted before, perhaps in another tab.
    if (!response.ok && ![404, 410].includes(response.status)) throw await refusalOf(response);
  }

  /** Agree to one mail where the conversation stops, or to none. Throws Refused. */
  async remind({ id, token }: Session, consent: object | null): Promise<void> {
    const response = await fetch(`conversation/${id}/follow-up${consent ? "" : "?source=widget"}`, {
      method: consent ? "PUT" : "DELETE",
      headers: { ...this.#headers(token), "Content-Type": "application/json" },
      body: consent && JSON.stringify(consent),
    });
    if (!response.ok) throw await refusalOf(response);
  }

  async #tryTurn(turn: Turn, progress: Progress, on: TurnListener): Promise<Answer> {
    const cut = new AbortController();
    const watchdog = new Watchdog(() => cut.abort());
    try {
      const { id, token } = progress.session;
      const { message, visitor } = turn;
      const response = await fetch("chat", {
        method: "POST",
        headers: {
          ...this.#headers(token),
          "Content-Type": "application/json",
          Accept: "text/event-stream",
          "Idempotency-Key": turn.key,
          ...(progress.lastEventId && { "Last-Event-ID": progress.lastEventId }),
        },
        body: JSON.stringify({ message, visitor, source: "widget", conversation_id: id }),
        signal: cut.signal,
      });
      if (response.status >= 500 || response.status === 429) throw await laterOrRefused(response);
      if (!response.ok || !response.body) throw await refusalOf(response);
      on.waiting(false);
      if (response.status === 202) return await this.#readLater((await response.json()) as Accepted, on);
      return await follow(response.body, progress, on, watchdog);
    } finally {
      watchdog.stop();
    }
  }

  async #readLater(accepted: Accepted, on: TurnListener): Promise<Answer> {
    on.accepted(accepted);
    const session = { id: accepted.conversation_id, token: accepted.session_token };
    for (let reads = 0; reads < MOST_READS; reads += 1) {
      await pause(READ_AGAIN_MS);
      const transcript = await this.readTranscript(session).catch(() => null);
      const reply = transcript?.messages.find(({ answers }) => answers.includes(accepted.turn_id));
      if (transcript && reply) return { ...accepted, ...answerOf(reply, transcript) };
    }
    throw new Refused(504, { code: "reply-pending" });
  }

  #headers(token?: string): Record<string, string> {
    return { ...(token && { Authorization: `Bearer ${token}` }), ...(this.site && { "X-Site-Key": this.site }) };
  }
}

/** A reply, whether it came with its turn or stands in a transcript. */
export type Reply = Omit<Answer, "turn_id" | "session_token">;

/** What a message of a transcript shows besides its text. */
export function answerOf(reply: Message, transcript: Transcript): Reply {
  const { text, answers, suggestions } = reply;
  const { booking_url: bookingUrl, proposal, proposal_url: proposalUrl, stage } = transcript;
  return {
    conversation_id: transcript.conversation_id,
    response: text,
    stage,
    answers,
    suggestions: suggestions ?? [],
    written_by: reply.written_by,
    name: reply.name ?? null,
    calendly_shown: bookingUrl !== null && text.includes(bookingUrl),
    proposal_url: proposal && text.includes(proposal.summary) ? proposalUrl : null,
  };
}

async function follow(
  body: ReadableStream<Uint8Array>,
  progress: Progress,
  on: TurnListener,
  watchdog: Watchdog,
): Promise<Answer> {
  for await (const { name, id, data } of readEvents(body, watchdog.heard)) {
    if (id) progress.lastEventId = id;
    const said = JSON.parse(data);
    if (name === "accepted") {
      // An opening is repeated with the token it brought: the token may be in use by then.
      progress.session = { id: said.conversation_id, token: said.session_token };
      on.accepted(said);
    } else if (name === "delta") on.text((progress.text += said.text));
    else if (name === "replace") on.text((progress.text = said.text));
    else if (name === "reset") on.text((progress.text = ""));
    else if (name === "done") return said as Answer;
    else if (name === "error") throw new Refused(said.status, said);
  }
  throw new Error("the stream ended early");
}

/** The gateway asks to come again after a while. */
class Later extends Error {
  constructor(readonly afterS: number) {
    super(`again after ${afterS} s`);
  }
}

async function laterOrRefused(response: Response): Promise<Error> {
  const afterS = Number(response.headers.get("Retry-After"));
  if (response.status === 429 && afterS > LONGEST_RETRY_AFTER_S) return refusalOf(response);
  return afterS ? new Later(Math.min(afterS, LONGEST_RETRY_AFTER_S)) : new Error(`status ${response.status}`);
}

async function refusalOf(response: Response): Promise<Refused> {
  return new Refused(response.status, (await response.json().catch(() => ({}))) as Problem);
}

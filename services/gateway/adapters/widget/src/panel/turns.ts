// The turns that are not answered yet. Nobody has to wait for a reply before they write on.

import type { Accepted, Answer } from "./documents";
import type { Gateway, Session, Turn, TurnListener } from "./gateway";

export interface TurnsListener {
  accepted(turn: Turn, accepted: Accepted): void;
  /** The whole text so far of the reply to the oldest turn. */
  text(text: string): void;
  waiting(isReconnecting: boolean): void;
  /** Of each turn comes either this or `failed`. */
  done(turn: Turn, answer: Answer): void;
  failed(turn: Turn, error: unknown): void;
}

interface OpenTurn {
  turn: Turn;
  text: string;
  isCut: boolean;
  isSafe: Gate;
  isOver: Gate;
}

/** Turns are sent in the order they were said, each as soon as the one before is safe, and end in that order. */
export class OpenTurns {
  #open: OpenTurn[] = [];

  constructor(
    private readonly gateway: Gateway,
    private readonly session: () => Session,
    private readonly on: TurnsListener,
  ) {}

  get areOpen(): boolean {
    return this.#open.length > 0;
  }

  has(turn: Turn): boolean {
    return this.#open.some((open) => open.turn === turn);
  }

  /** Send a turn. What comes of it is reported. */
  async send(turn: Turn): Promise<void> {
    const before = this.#open.at(-1);
    const open: OpenTurn = { turn, text: "", isCut: false, isSafe: gate(), isOver: gate() };
    this.#open.push(open);
    const end = this.#follow(open, before).then(
      (answer) => () => this.on.done(turn, answer),
      (error: unknown) => () => this.on.failed(turn, error),
    );
    await before?.isOver.passed;
    if (open.text) this.on.text(open.text);
    const report = await end;
    this.#open.shift();
    report();
    open.isOver.pass();
  }

  async #follow(open: OpenTurn, before: OpenTurn | undefined): Promise<Answer> {
    try {
      await before?.isSafe.passed;
      return await this.gateway.sendTurn(open.turn, this.session(), this.#listener(open));
    } catch (error) {
      open.isSafe.close(error);
      throw error;
    }
  }

  #listener(open: OpenTurn): TurnListener {
    return {
      accepted: (accepted) => {
        this.on.accepted(open.turn, accepted);
        open.isSafe.pass();
      },
      text: (text) => {
        open.text = text;
        if (this.#open[0] === open) this.on.text(text);
      },
      waiting: (isReconnecting) => {
        open.isCut = isReconnecting;
        this.on.waiting(this.#open.some(({ isCut }) => isCut));
      },
    };
  }
}

interface Gate {
  passed: Promise<void>;
  pass(): void;
  close(reason: unknown): void;
}

function gate(): Gate {
  const made = {} as Gate;
  made.passed = new Promise((pass, close) => Object.assign(made, { pass, close }));
  // A gate that is closed while nobody waits is no error.
  made.passed.catch(() => {});
  return made;
}

// The turns that are not answered yet. Nobody has to wait for a reply before they write on.

import { sendTurn } from "/page/chat.js";

/**
 * Turns are sent in the order they were said, each as soon as the one before is safe, and end in that order.
 * `session()` is the conversation and its token as far as they are known. Called of `on` are: accepted(turn, data),
 * text(whole text so far of the reply to the oldest turn), waiting(isReconnecting), and of each turn one of
 * done(turn, data) and failed(turn, error).
 */
export class OpenTurns {
  #open = [];
  #session;
  #on;

  constructor(session, on) {
    this.#session = session;
    this.#on = on;
  }

  get areOpen() {
    return this.#open.length > 0;
  }

  has(turn) {
    return this.#open.some((open) => open.turn === turn);
  }

  /** Send a turn. What comes of it is reported to `on`. */
  async send(turn) {
    const before = this.#open.at(-1);
    const open = { turn, text: "", isCut: false, isSafe: gate(), isOver: gate() };
    this.#open.push(open);
    const end = this.#follow(open, before).then(
      (data) => () => this.#on.done(turn, data),
      (error) => () => this.#on.failed(turn, error),
    );
    await before?.isOver.passed;
    if (open.text) this.#on.text(open.text);
    const report = await end;
    this.#open.shift();
    report();
    open.isOver.pass();
  }

  async #follow(open, before) {
    try {
      await before?.isSafe.passed;
      return await sendTurn({ ...open.turn, ...this.#session() }, this.#callbacks(open));
    } catch (error) {
      open.isSafe.close(error);
      throw error;
    }
  }

  #callbacks(open) {
    return {
      accepted: (data) => {
        this.#on.accepted(open.turn, data);
        open.isSafe.pass();
      },
      text: (text) => {
        open.text = text;
        if (this.#open[0] === open) this.#on.text(text);
      },
      waiting: (isReconnecting) => {
        open.isCut = isReconnecting;
        this.#on.waiting(this.#open.some(({ isCut }) => isCut));
      },
    };
  }
}

function gate() {
  const made = {};
  made.passed = new Promise((pass, close) => Object.assign(made, { pass, close }));
  // A gate that is closed while nobody waits is no error.
  made.passed.catch(() => {});
  return made;
}

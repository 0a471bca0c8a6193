// The conversation: sends what is written, restores what was said, and follows what comes unasked.

import type { Identity } from "../shared/protocol";
import type { Composer } from "./composer";
import { newKey, recall, type Conversation } from "./conversation";
import type { Accepted, Answer, Booking, Message, Transcript } from "./documents";
import { Refused, type Gateway, type Session, type Turn } from "./gateway";
import { visitorOf } from "./identity";
import type { MessageView } from "./message_view";
import { backOff, pause } from "./patience";
import type { Surroundings, TranscriptView } from "./transcript_view";
import { OpenTurns } from "./turns";
import { LONGEST_PAUSE_MS, Updates } from "./updates";
import type { Words } from "./words";

/** What the chat works with. */
export interface Parts extends Surroundings {
  gateway: Gateway;
  composer: Composer;
  view: TranscriptView;
}

export class Chat {
  readonly #turns: OpenTurns;
  readonly #updates: Updates;
  // The message of each turn that the gateway has not answered yet.
  readonly #views = new WeakMap<Turn, MessageView>();
  #conversation: Conversation;
  /** Who the website says the visitor is. */
  identity: Identity | null;
  // What of it this conversation was told, as JSON.
  #told: string | undefined;
  // There is something that the screen does not show yet.
  #isBehind = false;
  #isLeft = false;

  constructor(private readonly parts: Parts) {
    const { gateway, host, screen, view, words } = parts;
    this.#conversation = recall(host.start.conversation);
    this.identity = host.start.identity;
    this.#turns = new OpenTurns(gateway, () => this.#session(), {
      accepted: (turn, accepted) => this.#onAccepted(turn, accepted),
      text: (text) => view.draft(text),
      waiting: (isReconnecting) => screen.showNotice(isReconnecting ? words.reconnecting : ""),
      done: (turn, answer) => this.#onDone(turn, answer),
      failed: (turn, error) => this.#onFailed(turn, error),
    });
    this.#updates = new Updates(gateway, {
      message: (message) => this.#onUpdate(message),
      speaker: (speaker) => screen.showSpeaker(speaker),
      booking: (booking) => this.#onBooking(booking),
      erased: () => this.#onErased(),
    });
  }

  // --- what the visitor does ---

  say(message: string): void {
    const { view } = this.parts;
    if (view.isRestoring) return;
    const turn: Turn = { key: newKey(), message, visitor: this.#news() };
    this.#conversation.pending.push(turn);
    this.#remember();
    this.#views.set(turn, view.addVisitorMessage(message));
    this.#send(turn);
  }

  /** Forget the conversation here, and begin a new one. */
  startOver(): void {
    this.parts.host.remember(null);
    // A reply that is on its way belongs to the old conversation.
    if (this.#turns.areOpen) return this.#leave();
    this.#conversation = { pending: [] };
    this.#told = undefined;
    this.#updates.follow({});
    this.parts.view.clear();
    this.parts.composer.focus();
  }

  /** Have the conversation deleted for good, and begin a new one. Throws what the gateway throws. */
  async erase(): Promise<void> {
    const session = this.#session();
    if (session.id) await this.parts.gateway.erase(session);
    // Its event may have been faster.
    if (session.id === this.#conversation.id) this.#onErased();
  }

  /** Agree to one mail to this address, asked in these words; without one, to none. Throws what the gateway throws. */
  async remind(email: string, wording: string): Promise<void> {
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    await this.parts.gateway.remind(this.#session(), email ? { email, wording, timezone, source: "widget" } : null);
  }

  /** The transcript, or null while nothing was accepted yet. Throws what the gateway throws. */
  async transcript(): Promise<Transcript | null> {
    return this.#conversation.id ? this.parts.gateway.readTranscript(this.#session()) : null;
  }

  // Told with a message of the visitor, once until it changes.
  #news(): Identity | undefined {
    const visitor = visitorOf(this.identity);
    const told = JSON.stringify(visitor);
    if (told === this.#told) return undefined;
    this.#told = told;
    return visitor;
  }

  // --- a turn ---

  #send(turn: Turn): void {
    this.#views.get(turn)?.setFailed();
    void this.#turns.send(turn);
    this.#showProgress();
  }

  #showProgress(): void {
    this.parts.view.showProgress(this.#turns.areOpen);
  }

  #onAccepted(turn: Turn, accepted: Accepted): void {
    const isShown = this.parts.view.accept(accepted.turn_id);
    // The page was left before this was known; the transcript has shown the message already.
    if (!turn.turnId && isShown) this.#views.get(turn)?.element.remove();
    turn.turnId = accepted.turn_id;
    this.#knowSession(accepted);
  }

  #onDone(turn: Turn, answer: Answer): void {
    this.#knowSession(answer);
    this.#settle(turn);
    this.parts.view.showAnswer(answer);
    this.#updates.reached(answer.sequence);
    this.parts.screen.showNotice("");
    this.#showProgress();
    if (this.#isBehind) void this.#catchUp();
  }

  #onFailed(turn: Turn, error: unknown): void {
    const { screen, view, words } = this.parts;
    const refused = error instanceof Refused ? error : null;
    const isFinal = refused?.code === "turn-failed";
    view.dropWriting();
    if (isFinal) this.#settle(turn);
    else this.#views.get(turn)?.setFailed(() => this.#retry());
    this.#showProgress();
    if (refused?.isLost) return screen.showNotice(words.lost, words.startOver, () => this.startOver());
    const why = isFinal ? refused.message || words.sendFailed : reasonOf(refused, words);
    screen.announce(why);
    if (isFinal) screen.showNotice(why);
    else screen.showNotice(why, words.retry, () => this.#retry());
    if (this.#isBehind) void this.#catchUp();
  }

  #retry(): void {
    this.parts.screen.showNotice("");
    this.#conversation.pending.filter((turn) => !this.#turns.has(turn)).forEach((turn) => this.#send(turn));
  }

  #settle(turn: Turn): void {
    this.#conversation.pending = this.#conversation.pending.filter(({ key }) => key !== turn.key);
    this.#remember();
  }

  // --- what is already said, and what comes unasked ---

  /** Go on with the conversation of a link, in place of the one that is remembered here. */
  async resume(link: string): Promise<void> {
    const session = await this.parts.gateway.resume(link);
    // What is known of the same conversation is more than its session.
    if (session.id === this.#conversation.id) return;
    this.#conversation = { ...session, pending: [] };
    this.#remember();
  }

  /** Show what was said before, and go on with what is not answered yet. */
  async restore(): Promise<void> {
    this.#setRestoring(true);
    try {
      if (this.#conversation.id) this.#showTranscript(await this.parts.gateway.readTranscript(this.#session()));
    } catch (error) {
      const { words, screen } = this.parts;
      if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) {
        return screen.showNotice(words.loadFailed, words.retry, () => location.reload());
      }
      this.#forgetUnlessPending();
    } finally {
      this.#setRestoring(false);
    }
    this.#updates.follow(this.#session());
    this.#resumePending();
  }

  /** Another tab began a conversation, or forgot this one. */
  follow(remembered: string | null): void {
    const other = recall(remembered);
    if (this.#turns.areOpen || this.parts.view.isRestoring || other.id === this.#conversation.id) return;
    if (this.#conversation.id) return this.#leave();
    this.#conversation = { ...other, pending: [] };
    void this.#catchUp();
    this.#updates.follow(this.#session());
  }

  #setRestoring(isRestoring: boolean): void {
    this.parts.view.isRestoring = isRestoring;
    this.parts.composer.setOpen(!isRestoring);
    this.#showProgress();
  }

  #forgetUnlessPending(): void {
    if (this.#conversation.pending.length) return;
    this.#conversation = { pending: [] };
    this.parts.host.remember(null);
  }

  #resumePending(): void {
    const { view } = this.parts;
    const { pending } = this.#conversation;
    pending.filter(({ turnId }) => view.isAnswered(turnId)).forEach((turn) => this.#settle(turn));
    for (const turn of this.#conversation.pending) {
      if (!view.hasSaid(turn.turnId)) this.#views.set(turn, view.addVisitorMessage(turn.message));
    }
    this.#conversation.pending.forEach((turn) => this.#send(turn));
  }

  #showTranscript(transcript: Transcript): void {
    this.parts.view.showTranscript(transcript);
    this.#updates.reached(transcript.last_sequence);
  }

  #onUpdate(message: Message): void {
    this.#updates.reached(message.sequence);
    if (this.parts.view.knows(message)) return;
    this.#isBehind = true;
    // What answers an open turn comes with it; the rest is shown after it.
    if (!this.#turns.areOpen) void this.#catchUp();
  }

  // An update says what was said; the links that belong to it stand in the transcript.
  async #catchUp(tries = 1): Promise<void> {
    this.#isBehind = false;
    const asked = this.#session();
    const found = await this.parts.gateway.readTranscript(asked).catch((error: Error) => error);
    if (asked.id !== this.#conversation.id || (found instanceof Refused && found.isLost)) return;
    if (this.#turns.areOpen) this.#isBehind = true;
    else if (found instanceof Error) return this.#catchUpLater(asked, tries);
    else this.#showTranscript(found);
    this.#showProgress();
  }

  async #catchUpLater(asked: Session, tries: number): Promise<void> {
    this.#isBehind = true;
    await pause(backOff(tries, LONGEST_PAUSE_MS));
    const isSame = asked.id === this.#conversation.id;
    if (this.#isBehind && isSame && !this.#turns.areOpen) await this.#catchUp(tries + 1);
  }

  #onBooking(booking: Booking): void {
    this.parts.screen.showBooking(booking);
    const told = JSON.stringify(booking);
    if (told === this.#conversation.booking) return;
    this.#conversation.booking = told;
    this.#remember();
    this.parts.host.emit("booking", { status: booking.status, startsAt: booking.starts_at });
  }

  #onErased(): void {
    this.startOver();
    this.parts.screen.announce(this.parts.words.erased);
  }

  // Until the page is gone an answer may still come, which must not be remembered any more.
  #leave(): void {
    this.#isLeft = true;
    location.reload();
  }

  // --- what is remembered ---

  #session(): Session {
    return { id: this.#conversation.id, token: this.#conversation.token };
  }

  #knowSession({ conversation_id: id, session_token: token }: Accepted): void {
    Object.assign(this.#conversation, { id, token });
    this.#remember();
    this.#updates.follow(this.#session());
  }

  #remember(): void {
    if (!this.#isLeft) this.parts.host.remember(JSON.stringify(this.#conversation));
  }
}

function reasonOf(refused: Refused | null, words: Words): string {
  if (refused?.status === 429) return words.tooMany;
  return refused?.code === "reply-pending" ? words.tooLate : words.sendFailed;
}

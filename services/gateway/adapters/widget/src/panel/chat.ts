// The conversation: takes what is written, shows what is answered, and follows what comes unasked.

import { fill } from "../shared/languages";
import type { Composer } from "./composer";
import { newKey, recall, Shown, type Conversation } from "./conversation";
import type { Accepted, Answer, Booking, Company, Message, Transcript } from "./documents";
import { answerOf, Refused, type Gateway, type Session, type Turn } from "./gateway";
import type { Host } from "./host";
import type { MessageView } from "./message_view";
import type { QuickReplies } from "./quick_replies";
import type { Screen } from "./screen";
import { OpenTurns } from "./turns";
import { Updates } from "./updates";
import type { Words } from "./words";

/** What the chat works with. */
export interface Parts {
  host: Host;
  gateway: Gateway;
  screen: Screen;
  words: Words;
  company: Company;
}

export class Chat {
  readonly #turns: OpenTurns;
  readonly #updates: Updates;
  // The message of each turn that the gateway has not answered yet.
  readonly #views = new WeakMap<Turn, MessageView>();
  #conversation: Conversation;
  #shown = new Shown();
  #writing: MessageView | null = null;
  #suggestions: readonly string[];
  #lastReply = "";
  #isRestoring = false;
  // There is something that the screen does not show yet.
  #isBehind = false;
  #isOpen: boolean;
  #unread = 0;

  constructor(
    private readonly parts: Parts,
    private readonly composer: Composer,
    private readonly quickReplies: QuickReplies,
  ) {
    const { gateway, host, screen, words } = parts;
    this.#conversation = recall(host.start.conversation);
    this.#suggestions = this.#openers;
    this.#isOpen = host.start.isOpen;
    this.#turns = new OpenTurns(gateway, () => this.#session(), {
      accepted: (turn, accepted) => this.#onAccepted(turn, accepted),
      // The other turns of a burst get the same reply again, which is on the screen already.
      text: (text) => this.#draft(this.#lastReply.startsWith(text) ? "" : text),
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
    if (this.#isRestoring) return;
    this.#suggestions = [];
    const turn = { key: newKey(), message };
    this.#conversation.pending.push(turn);
    this.#remember();
    this.#views.set(turn, this.parts.screen.addVisitorMessage(message));
    this.#send(turn);
  }

  /** Forget the conversation here, and begin a new one. */
  startOver(): void {
    const { host, screen } = this.parts;
    host.remember(null);
    // A reply that is on its way belongs to the old conversation.
    if (this.#turns.areOpen) return location.reload();
    this.#conversation = { pending: [] };
    this.#updates.follow({});
    this.#shown = new Shown();
    this.#lastReply = "";
    this.#suggestions = this.#openers;
    screen.clear();
    this.#showProgress();
    this.composer.focus();
  }

  /** Have the conversation deleted for good, and begin a new one. Throws what the gateway throws. */
  async erase(): Promise<void> {
    const session = this.#session();
    if (session.id) await this.parts.gateway.erase(session);
    // Its event may have been faster.
    if (session.id === this.#conversation.id) this.#onErased();
  }

  /** The transcript, or null while nothing was accepted yet. Throws what the gateway throws. */
  async transcript(): Promise<Transcript | null> {
    return this.#conversation.id ? this.parts.gateway.readTranscript(this.#session()) : null;
  }

  setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (!isOpen) return;
    this.#unread = 0;
    this.parts.screen.toTheEnd();
  }

  get #openers(): readonly string[] {
    const { company, host } = this.parts;
    return company.welcome[host.start.lang]?.openers ?? [];
  }

  // --- a turn ---

  #send(turn: Turn): void {
    this.#views.get(turn)?.setFailed();
    void this.#turns.send(turn);
    this.#showProgress();
  }

  // As long as something is unanswered, there is one message for the next reply.
  #showProgress(): void {
    const { screen } = this.parts;
    if (this.#turns.areOpen) this.#writing ??= screen.addReply();
    else this.#dropWriting();
    const isBusy = this.#turns.areOpen || this.#isRestoring;
    screen.setBusy(isBusy);
    if (this.quickReplies.show(isBusy ? [] : this.#suggestions)) screen.toTheEnd();
  }

  #dropWriting(): void {
    this.#writing?.element.remove();
    this.#writing = null;
  }

  #draft(text: string): void {
    this.#writing?.setDraft(text);
    this.parts.screen.toTheEnd();
  }

  #onAccepted(turn: Turn, accepted: Accepted): void {
    // The page was left before this was known; the transcript has shown the message already.
    if (!turn.turnId && this.#shown.hasSaid(accepted.turn_id)) this.#views.get(turn)?.element.remove();
    turn.turnId = accepted.turn_id;
    this.#shown.addSaid(accepted.turn_id);
    this.#knowSession(accepted);
  }

  #onDone(turn: Turn, answer: Answer): void {
    this.#knowSession(answer);
    this.#settle(turn);
    const reply = { sequence: answer.sequence, turns: [answer.turn_id, ...(answer.answers ?? [])] };
    if (!answer.response || this.#shown.hasReply(reply)) this.#draft("");
    else this.#showReply(answer, this.#writing);
    // What a person is going to say to it is still to be shown.
    if (answer.response) this.#shown.addReply(reply);
    this.#updates.reached(answer.sequence);
    this.parts.screen.showNotice("");
    this.#showProgress();
    if (this.#isBehind) void this.#catchUp();
  }

  #onFailed(turn: Turn, error: unknown): void {
    const { screen, words } = this.parts;
    const refused = error instanceof Refused ? error : null;
    const isFinal = refused?.code === "turn-failed";
    this.#dropWriting();
    if (isFinal) this.#settle(turn);
    else this.#views.get(turn)?.setFailed(() => this.#retry());
    this.#showProgress();
    if (refused?.isLost) return screen.showNotice(words.lost, words.startOver, () => this.startOver());
    const why = isFinal ? refused.message || words.sendFailed : reasonOf(refused, words);
    screen.announce(why);
    if (isFinal) screen.showNotice(why);
    else screen.showNotice(why, words.retry, () => this.#retry());
  }

  #retry(): void {
    this.parts.screen.showNotice("");
    this.#conversation.pending.filter((turn) => !this.#turns.has(turn)).forEach((turn) => this.#send(turn));
  }

  #settle(turn: Turn): void {
    this.#conversation.pending = this.#conversation.pending.filter(({ key }) => key !== turn.key);
    this.#remember();
  }

  // --- a reply ---

  #showReply(answer: Omit<Answer, keyof Accepted>, view: MessageView | null): void {
    const { screen, host, words, company } = this.parts;
    const shown = view ?? screen.addReply(this.#writing);
    const hasBookingLink = answer.calendly_shown ?? false;
    const person = answer.written_by === "person" ? answer.name || screen.speaker || company.name : null;
    shown.setAuthor(answer.written_by, person);
    shown.setReply(answer.response, { hasBookingLink, proposalUrl: ownPage(answer.proposal_url) });
    screen.showStage(answer.stage);
    screen.toTheEnd();
    this.#lastReply = answer.response;
    this.#suggestions = answer.suggestions ?? [];
    if (shown === this.#writing) this.#writing = null;
    if (this.#isRestoring) return;
    screen.announce(`${fill(words.says, { bot: person ?? company.botName })} ${shown.text}`);
    host.emit("message", { writtenBy: answer.written_by });
    if (answer.proposal_url) host.emit("lead", { conversationId: this.#conversation.id });
    if (hasBookingLink) host.emit("booking", { status: "offered", startsAt: null });
    if (!this.#isOpen) host.showUnread((this.#unread += 1));
  }

  // --- what is already said, and what comes unasked ---

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
    if (this.#turns.areOpen || this.#isRestoring || other.id === this.#conversation.id) return;
    if (this.#conversation.id) return location.reload();
    this.#conversation = { ...other, pending: [] };
    void this.#catchUp();
    this.#updates.follow(this.#session());
  }

  #setRestoring(isRestoring: boolean): void {
    this.#isRestoring = isRestoring;
    this.composer.setOpen(!isRestoring);
    this.#showProgress();
  }

  #forgetUnlessPending(): void {
    if (this.#conversation.pending.length) return;
    this.#conversation = { pending: [] };
    this.parts.host.remember(null);
  }

  #resumePending(): void {
    const { pending } = this.#conversation;
    pending.filter(({ turnId }) => this.#shown.isAnswered(turnId)).forEach((turn) => this.#settle(turn));
    for (const turn of this.#conversation.pending) {
      this.#suggestions = [];
      if (!this.#shown.hasSaid(turn.turnId)) this.#views.set(turn, this.parts.screen.addVisitorMessage(turn.message));
    }
    this.#conversation.pending.forEach((turn) => this.#send(turn));
  }

  #showTranscript(transcript: Transcript): void {
    for (const message of transcript.messages) {
      if (message.role === "visitor") this.#showSaid(message);
      else this.#showAnswered(message, transcript);
    }
    this.#updates.reached(transcript.last_sequence);
    this.parts.screen.showStage(transcript.stage);
  }

  #showSaid({ turn_id: turnId, text }: Message): void {
    if (this.#shown.hasSaid(turnId)) return;
    this.#shown.addSaid(turnId);
    this.#suggestions = [];
    this.parts.screen.addVisitorMessage(text);
  }

  #showAnswered(message: Message, transcript: Transcript): void {
    const reply = { id: message.id, sequence: message.sequence, turns: message.answers };
    if (this.#shown.hasReply(reply)) return;
    this.#shown.addReply(reply);
    this.#showReply(answerOf(message, transcript), null);
  }

  #onUpdate(message: Message): void {
    this.#updates.reached(message.sequence);
    const isKnown =
      message.role === "visitor"
        ? this.#shown.hasSaid(message.turn_id)
        : this.#shown.hasReply({ id: message.id, sequence: message.sequence, turns: message.answers });
    if (isKnown) return;
    this.#isBehind = true;
    // What answers an open turn comes with it; the rest is shown after it.
    if (!this.#turns.areOpen) void this.#catchUp();
  }

  // An update says what was said; the links that belong to it stand in the transcript.
  async #catchUp(): Promise<void> {
    this.#isBehind = false;
    const asked = this.#session();
    const transcript = await this.parts.gateway.readTranscript(asked).catch(() => null);
    if (asked.id !== this.#conversation.id) return;
    if (this.#turns.areOpen) this.#isBehind = true;
    else if (transcript) this.#showTranscript(transcript);
    this.#showProgress();
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
    this.parts.host.remember(JSON.stringify(this.#conversation));
  }
}

function reasonOf(refused: Refused | null, words: Words): string {
  if (refused?.status === 429) return words.tooMany;
  return refused?.code === "reply-pending" ? words.tooLate : words.sendFailed;
}

// The gateway may be known by another address than the one this page came from; the path is the same.
function ownPage(address: string | null | undefined): string | null {
  try {
    const { pathname } = new URL(address ?? "");
    return pathname.includes("/proposal/") ? new URL(pathname, location.origin).href : null;
  } catch {
    return null;
  }
}

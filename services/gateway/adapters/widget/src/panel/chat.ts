// The conversation: takes what is written, shows what is answered, restores all of it after a reload.

import { fill } from "../shared/languages";
import type { Composer } from "./composer";
import { newKey, recall, Shown, type Conversation, type ShownReply } from "./conversation";
import type { Accepted, Answer, Company, Message, Transcript } from "./documents";
import { answerOf, Refused, type Gateway, type Session, type Turn } from "./gateway";
import type { Host } from "./host";
import type { MessageView } from "./message_view";
import type { QuickReplies } from "./quick_replies";
import type { Screen } from "./screen";
import { OpenTurns } from "./turns";
import type { Words } from "./words";

// What follows unasked (a proposal that took longer, a booked demo) is looked for this long after a reply.
const LOOK_AGAIN_MS = [3000, 5000, 8000, 14000, 30000];

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
  // The message of each turn that the gateway has not answered yet.
  readonly #views = new WeakMap<Turn, MessageView>();
  #conversation: Conversation;
  #shown = new Shown();
  #writing: MessageView | null = null;
  #suggestions: readonly string[] = [];
  #lastReply = "";
  #isRestoring = false;
  #isOpen: boolean;
  #unread = 0;
  #lookTimer = 0;

  constructor(
    private readonly parts: Parts,
    private readonly composer: Composer,
    private readonly quickReplies: QuickReplies,
  ) {
    this.#conversation = recall(parts.host.start.conversation);
    this.#isOpen = parts.host.start.isOpen;
    this.#turns = new OpenTurns(parts.gateway, () => this.#session(), {
      accepted: (turn, accepted) => this.#onAccepted(turn, accepted),
      // The other turns of a burst get the same reply again, which is on the screen already.
      text: (text) => this.#draft(this.#lastReply.startsWith(text) ? "" : text),
      waiting: (isReconnecting) => this.#onWaiting(isReconnecting),
      done: (turn, answer) => this.#onDone(turn, answer),
      failed: (turn, error) => this.#onFailed(turn, error),
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
    this.parts.host.remember(null);
    // A reply that is on its way belongs to the old conversation.
    if (this.#turns.areOpen) return location.reload();
    clearTimeout(this.#lookTimer);
    this.#conversation = { pending: [] };
    this.#shown = new Shown();
    this.#lastReply = "";
    this.#suggestions = [];
    this.#showProgress();
    this.parts.screen.clear();
    this.composer.focus();
  }

  /** Have the conversation deleted for good, and begin a new one. Throws what the gateway throws. */
  async erase(): Promise<void> {
    if (this.#conversation.id) await this.parts.gateway.erase(this.#session());
    this.startOver();
    this.parts.screen.announce(this.parts.words.erased);
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
    this.#knowSession(accepted);
    // The page was left before this was known; the transcript has shown the message already.
    if (!turn.turnId && this.#shown.hasSaid(accepted.turn_id)) this.#views.get(turn)?.element.remove();
    turn.turnId = accepted.turn_id;
    this.#shown.addSaid(accepted.turn_id);
    this.#remember();
  }

  #onWaiting(isReconnecting: boolean): void {
    if (isReconnecting) this.parts.screen.showNotice(this.parts.words.reconnecting);
    else this.parts.screen.showNotice("");
  }

  #onDone(turn: Turn, answer: Answer): void {
    this.#knowSession(answer);
    this.#settle(turn);
    const turns = [answer.turn_id, ...(answer.answers ?? [])];
    const reply = { sequence: answer.sequence, turns };
    if (!answer.response || this.#shown.hasReply(reply)) this.#draft("");
    else this.#showReply(answer, this.#writing);
    this.#shown.addReply(reply);
    this.parts.screen.showNotice("");
    this.#showProgress();
    this.#lookForMore(0);
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
    if (isFinal) return screen.showNotice(refused.message || words.sendFailed);
    const why = refused?.status === 429 ? words.tooMany : refused?.code === "reply-pending" ? words.tooLate : words.sendFailed;
    screen.showNotice(why, words.retry, () => this.#retry());
    screen.announce(why);
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
    const { screen, host } = this.parts;
    const shown = view ?? screen.addReply(this.#writing);
    const hasBookingLink = answer.calendly_shown ?? false;
    shown.setAuthor(answer.written_by ?? "model");
    shown.setReply(answer.response, { hasBookingLink, proposalUrl: ownPage(answer.proposal_url) });
    screen.showStage(answer.stage);
    screen.toTheEnd();
    this.#lastReply = answer.response;
    this.#suggestions = answer.suggestions ?? [];
    if (shown === this.#writing) this.#writing = null;
    if (this.#isRestoring) return;
    screen.announce(`${fill(this.parts.words.says, { bot: this.parts.company.botName })} ${shown.text}`);
    host.emit("message", { writtenBy: answer.written_by ?? "model" });
    if (answer.proposal_url) host.emit("lead", { conversationId: this.#conversation.id });
    if (hasBookingLink) host.emit("booking", { status: "offered" });
    if (!this.#isOpen) host.showUnread((this.#unread += 1));
  }

  // --- what is already said ---

  /** Show what was said before, and go on with what is not answered yet. */
  async restore(): Promise<void> {
    if (!this.#conversation.id) return this.#resumePending();
    this.#setRestoring(true);
    try {
      this.#showTranscript(await this.parts.gateway.readTranscript(this.#session()));
      this.#lookForMore(0);
    } catch (error) {
      const { words, screen } = this.parts;
      if (!(error instanceof Refused) || error.status >= 500 || error.status === 429) {
        return screen.showNotice(words.loadFailed, words.retry, () => location.reload());
      }
      this.#forgetUnlessPending();
    } finally {
      this.#setRestoring(false);
    }
    this.#resumePending();
  }

  /** Another tab went on with the conversation, or began or forgot it. */
  async follow(remembered: string | null): Promise<void> {
    const other = recall(remembered);
    if (this.#turns.areOpen || this.#isRestoring) return;
    if (other.id === undefined || (this.#conversation.id && other.id !== this.#conversation.id)) {
      if (this.#conversation.id) location.reload();
      return;
    }
    this.#conversation = { ...other, pending: [] };
    this.#showMore(await this.parts.gateway.readTranscript(this.#session()).catch(() => null));
    this.#lookForMore(0);
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

  #showTranscript(transcript: Transcript): number {
    const fresh = transcript.messages.filter((message) =>
      message.role === "visitor" ? this.#showSaid(message) : this.#showAnswered(message, transcript),
    );
    this.parts.screen.showStage(transcript.stage);
    return fresh.length;
  }

  #showSaid({ turn_id: turnId, text }: Message): boolean {
    if (this.#shown.hasSaid(turnId)) return false;
    this.#shown.addSaid(turnId);
    this.#suggestions = [];
    this.parts.screen.addVisitorMessage(text);
    return true;
  }

  #showAnswered(message: Message, transcript: Transcript): boolean {
    const reply: ShownReply = { id: message.id, sequence: message.sequence, turns: message.answers };
    if (this.#shown.hasReply(reply)) return false;
    this.#shown.addReply(reply);
    this.#showReply(answerOf(message, transcript), null);
    return true;
  }

  #lookForMore(times: number): void {
    clearTimeout(this.#lookTimer);
    const after = LOOK_AGAIN_MS[times];
    if (after === undefined) return;
    this.#lookTimer = setTimeout(async () => {
      if (this.#turns.areOpen) return;
      const asked = this.#session();
      const transcript = document.hidden ? null : await this.parts.gateway.readTranscript(asked).catch(() => null);
      if (this.#turns.areOpen || asked.id !== this.#conversation.id) return;
      this.#showMore(transcript);
      this.#lookForMore(times + 1);
    }, after);
  }

  #showMore(transcript: Transcript | null): void {
    if (transcript) this.#showTranscript(transcript);
    this.#showProgress();
  }

  // --- what is remembered ---

  #session(): Session {
    return { id: this.#conversation.id, token: this.#conversation.token };
  }

  #knowSession({ conversation_id: id, session_token: token }: Accepted): void {
    Object.assign(this.#conversation, { id, token });
    this.#remember();
  }

  #remember(): void {
    this.parts.host.remember(JSON.stringify(this.#conversation));
  }
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

// What of a conversation is on the screen: each message once, and last the reply that is being written.

import { fill } from "../shared/languages";
import { Shown } from "./conversation";
import type { Answer, Company, Message, Transcript } from "./documents";
import { answerOf, type Reply } from "./gateway";
import type { Host } from "./host";
import { ownPage } from "./links";
import type { MessageView } from "./message_view";
import type { QuickReplies } from "./quick_replies";
import type { Screen } from "./screen";
import type { Words } from "./words";

/** What the view shows things on, and whom it tells. */
export interface Surroundings {
  host: Host;
  screen: Screen;
  words: Words;
  company: Company;
}

export class TranscriptView {
  /** While an earlier conversation is restored, nobody is told of its replies. */
  isRestoring = false;
  #shown = new Shown();
  #writing: MessageView | null = null;
  #suggestions: readonly string[];
  #lastReply = "";
  #isOpen: boolean;
  #unread = 0;

  constructor(
    private readonly around: Surroundings,
    private readonly quickReplies: QuickReplies,
  ) {
    this.#suggestions = this.#openers;
    this.#isOpen = around.host.start.isOpen;
  }

  /** Forget all of it. */
  clear(): void {
    this.#shown = new Shown();
    this.#lastReply = "";
    this.#suggestions = this.#openers;
    this.around.screen.clear();
    this.showProgress(false);
  }

  /** Whether replies are seen as they come. */
  setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    if (!isOpen) return;
    this.#unread = 0;
    this.around.screen.toTheEnd();
  }

  /** What the visitor says now. */
  addVisitorMessage(text: string): MessageView {
    this.#suggestions = [];
    return this.around.screen.addVisitorMessage(text);
  }

  /** A turn has an id from now on. Returns whether the transcript has shown what was said in it. */
  accept(turnId: string): boolean {
    const isShown = this.#shown.hasSaid(turnId);
    this.#shown.addSaid(turnId);
    return isShown;
  }

  isAnswered(turnId: string | undefined): boolean {
    return this.#shown.isAnswered(turnId);
  }

  hasSaid(turnId: string | undefined): boolean {
    return this.#shown.hasSaid(turnId);
  }

  /** As long as something is unanswered, there is one message for the next reply, and nothing to pick. */
  showProgress(isWaiting: boolean): void {
    const { screen } = this.around;
    if (isWaiting) this.#writing ??= screen.addReply();
    else this.dropWriting();
    const isBusy = isWaiting || this.isRestoring;
    screen.setBusy(isBusy);
    if (this.quickReplies.show(isBusy ? [] : this.#suggestions)) screen.toTheEnd();
  }

  dropWriting(): void {
    this.#writing?.element.remove();
    this.#writing = null;
  }

  /** The words so far of the reply that is being written. */
  draft(text: string): void {
    // The other turns of a burst get the same reply again, which is on the screen already.
    this.#writing?.setDraft(this.#lastReply.startsWith(text) ? "" : text);
    this.around.screen.toTheEnd();
  }

  /** The reply to a turn, which may have come with the reply to another. */
  showAnswer(answer: Answer): void {
    const reply = { sequence: answer.sequence, turns: [answer.turn_id, ...(answer.answers ?? [])] };
    if (!answer.response || this.#shown.hasReply(reply)) return this.draft("");
    this.#shown.addReply(reply);
    this.#showReply(answer, this.#writing);
  }

  showTranscript(transcript: Transcript): void {
    for (const message of transcript.messages) {
      if (this.knows(message)) continue;
      if (message.role === "visitor") {
        this.#shown.addSaid(message.turn_id);
        this.addVisitorMessage(message.text);
      } else {
        this.#shown.addReply(shownReply(message));
        this.#showReply(answerOf(message, transcript), null);
      }
    }
    this.around.screen.showStage(transcript.stage);
  }

  /** Whether a message is on the screen. */
  knows(message: Message): boolean {
    return message.role === "visitor" ? this.#shown.hasSaid(message.turn_id) : this.#shown.hasReply(shownReply(message));
  }

  #showReply(reply: Reply, view: MessageView | null): void {
    const { screen, company } = this.around;
    const shown = view ?? screen.addReply(this.#writing);
    const person = reply.written_by === "person" ? reply.name || screen.speaker || company.name : null;
    shown.setAuthor(reply.written_by, person);
    shown.setReply(reply.response, {
      hasBookingLink: reply.calendly_shown ?? false,
      proposalUrl: ownPage(reply.proposal_url),
    });
    screen.showStage(reply.stage);
    screen.toTheEnd();
    this.#lastReply = reply.response;
    this.#suggestions = reply.suggestions ?? [];
    if (shown === this.#writing) this.#writing = null;
    if (!this.isRestoring) this.#tell(reply, shown, person ?? company.botName);
  }

  #tell(reply: Reply, shown: MessageView, speaker: string): void {
    const { screen, host, words } = this.around;
    screen.announce(`${fill(words.says, { bot: speaker })} ${shown.text}`);
    host.emit("message", { writtenBy: reply.written_by });
    if (reply.proposal_url) host.emit("lead", { conversationId: reply.conversation_id });
    if (reply.calendly_shown) host.emit("booking", { status: "offered", startsAt: null });
    if (!this.#isOpen) host.showUnread((this.#unread += 1));
  }

  get #openers(): readonly string[] {
    const { company, host } = this.around;
    return company.welcome[host.start.lang]?.openers ?? [];
  }
}

function shownReply({ id, sequence, answers: turns }: Message) {
  return { id, sequence, turns };
}

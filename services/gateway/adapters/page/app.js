// The page: takes what is written, shows what is answered, restores the conversation after a reload.

import { Refused, readTranscript } from "/page/chat.js";
import * as composer from "/page/composer.js";
import * as screen from "/page/screen.js";
import { forget, remember, remembered } from "/page/store.js";
import * as quickReplies from "/page/suggestions.js";
import { OpenTurns } from "/page/turns.js";

// What follows unasked (a proposal that took longer, a booked demo) is looked for this long after a reply.
const LOOK_AGAIN_MS = [3000, 5000, 8000, 14000, 30000];

const $ = (id) => document.getElementById(id);
// What is on the screen: turns by their id, replies by their id and by the sequence all turns of a burst share.
const shown = { said: new Set(), answered: new Set(), replies: new Set(), sequences: new Set() };
// Where the words of a turn are that the gateway has not accepted yet.
const bubbleOf = new WeakMap();
const turns = new OpenTurns(session, {
  accepted: onAccepted,
  text: onText,
  waiting: onWaiting,
  done: onDone,
  failed: onFailure,
});
let conversation = remembered();
let isRestoring = false;
let lookTimer = 0;
let writing = null;
let lastReply = "";
// The labels of the quick replies that came with the last message.
let suggestions = [];

screen.introduce();
listen();
await restore();

function session() {
  return { conversationId: conversation.id, token: conversation.token };
}

// --- what the visitor does ---

function listen() {
  composer.listen(say);
  quickReplies.listen(say);
  $("again").addEventListener("click", startOver);
  $("openers").addEventListener("click", ({ target }) => target.closest("button") && say(target.textContent));
}

function startOver() {
  forget();
  // A reply that is on its way belongs to the old conversation.
  if (turns.areOpen) return location.reload();
  conversation = { pending: [] };
  clearTimeout(lookTimer);
  for (const known of Object.values(shown)) known.clear();
  lastReply = "";
  suggestions = [];
  quickReplies.show([]);
  screen.clearScreen();
  composer.focus();
}

function say(message) {
  if (isRestoring) return;
  suggestions = [];
  const turn = { key: newKey(), message };
  conversation.pending.push(turn);
  remember(conversation);
  bubbleOf.set(turn, screen.addVisitorBubble(message));
  send(turn);
}

// --- a turn ---

function send(turn) {
  turns.send(turn);
  showProgress();
}

// As long as something is unanswered, there is one bubble for the next reply.
function showProgress() {
  if (turns.areOpen) writing ??= screen.addReplyBubble();
  else if (writing) dropWriting();
  const isBusy = turns.areOpen || isRestoring;
  $("log").setAttribute("aria-busy", String(isBusy));
  if (quickReplies.show(isBusy ? [] : suggestions)) screen.toTheEnd();
}

function dropWriting() {
  screen.removeBubble(writing);
  writing = null;
}

function onAccepted(turn, accepted) {
  conversation.id = accepted.conversation_id;
  conversation.token = accepted.session_token;
  // The page was left before this was known; the transcript has shown the message already.
  if (!turn.turnId && shown.said.has(accepted.turn_id)) screen.removeBubble(bubbleOf.get(turn));
  turn.turnId = accepted.turn_id;
  shown.said.add(accepted.turn_id);
  remember(conversation);
}

// The other turns of a burst get the same reply again, which is on the screen already.
function onText(text) {
  screen.showWords(writing, lastReply.startsWith(text) ? "" : text);
}

function onWaiting(isReconnecting) {
  if (isReconnecting) screen.showNotice("The connection broke. Trying again…");
  else if (!unsent().length) screen.showNotice("");
}

function onDone(turn, done) {
  conversation.id = done.conversation_id;
  conversation.token = done.session_token;
  settle(turn);
  if (isShown(done)) screen.showWords(writing, "");
  else showAnswer(done);
  note(done);
  if (!unsent().length) screen.showNotice("");
  showProgress();
  lookForMore(0);
}

function isShown({ turn_id: turnId, sequence, answers = [] }) {
  return shown.sequences.has(sequence) || [turnId, ...answers].some((id) => shown.answered.has(id));
}

function note({ turn_id: turnId, sequence, answers = [] }) {
  for (const id of [turnId, ...answers]) shown.answered.add(id);
  // A reply that was read from the transcript is known by its turns alone.
  if (sequence) shown.sequences.add(sequence);
}

function showAnswer(done) {
  screen.showReply(writing, done.response, { isBooking: done.calendly_shown, proposalUrl: done.proposal_url });
  screen.showStage(done.stage);
  screen.announce(done.response);
  lastReply = done.response;
  suggestions = done.suggestions ?? [];
  writing = null;
}

function onFailure(turn, error) {
  dropWriting();
  const isLost = error instanceof Refused && [401, 403, 404].includes(error.status);
  const isFinal = error instanceof Refused && error.code === "turn-failed";
  if (isFinal) settle(turn);
  showProgress();
  if (isLost) return screen.showNotice("This conversation cannot be continued.", "Start over", startOver);
  const why = error instanceof Refused ? error.message : "The message could not be sent.";
  screen.showNotice(why, unsent().length ? "Try again" : "", () => {
    screen.showNotice("");
    unsent().forEach(send);
  });
}

function settle(turn) {
  conversation.pending = conversation.pending.filter((other) => other !== turn);
  remember(conversation);
}

function unsent() {
  return conversation.pending.filter((turn) => !turns.has(turn));
}

// --- what is already said ---

async function restore() {
  // An earlier page remembered one turn, or none.
  conversation.pending = [conversation.pending ?? []].flat();
  if (!conversation.id) return resumePending();
  setRestoring(true);
  try {
    showTranscript(await readTranscript(session()));
    lookForMore(0);
  } catch (error) {
    if (error instanceof Refused && error.status < 500) forgetUnlessPending();
    else return screen.showNotice("The conversation could not be loaded.", "Try again", () => location.reload());
  } finally {
    setRestoring(false);
  }
  resumePending();
}

function setRestoring(restoring) {
  isRestoring = restoring;
  composer.setOpen(!restoring);
  showProgress();
}

function forgetUnlessPending() {
  if (conversation.pending.length) return;
  conversation = { pending: [] };
  forget();
}

function resumePending() {
  conversation.pending.filter(({ turnId }) => shown.answered.has(turnId)).forEach(settle);
  for (const turn of conversation.pending) {
    suggestions = [];
    if (!shown.said.has(turn.turnId)) bubbleOf.set(turn, screen.addVisitorBubble(turn.message));
  }
  conversation.pending.forEach(send);
  composer.focus();
}

function showTranscript(transcript) {
  for (const message of transcript.messages) {
    if (message.role === "visitor") showVisitorMessage(message);
    else showBotMessage(message, transcript);
  }
  screen.showStage(transcript.stage);
}

function showVisitorMessage(message) {
  if (shown.said.has(message.turn_id)) return;
  shown.said.add(message.turn_id);
  suggestions = [];
  screen.addVisitorBubble(message.text);
}

function showBotMessage(message, transcript) {
  if (shown.replies.has(message.id) || message.answers.some((id) => shown.answered.has(id))) return;
  shown.replies.add(message.id);
  for (const id of message.answers) shown.answered.add(id);
  lastReply = message.text;
  suggestions = message.suggestions ?? [];
  const { booking_url: bookingUrl, proposal, proposal_url: proposalUrl } = transcript;
  screen.showReply(screen.addReplyBubble(), message.text, {
    isBooking: Boolean(bookingUrl) && message.text.includes(bookingUrl),
    proposalUrl: proposal && message.text.includes(proposal.summary) ? proposalUrl : null,
  });
}

function lookForMore(times) {
  clearTimeout(lookTimer);
  if (times >= LOOK_AGAIN_MS.length) return;
  lookTimer = setTimeout(async () => {
    if (turns.areOpen) return;
    const asked = session();
    const transcript = document.hidden ? null : await readTranscript(asked).catch(() => null);
    if (turns.areOpen || asked.conversationId !== conversation.id) return;
    if (transcript) showMore(transcript);
    lookForMore(times + 1);
  }, LOOK_AGAIN_MS[times]);
}

function showMore(transcript) {
  const before = $("log").children.length;
  showTranscript(transcript);
  showProgress();
  if ($("log").children.length > before) screen.announce($("log").lastChild.textContent);
}

function newKey() {
  // randomUUID is missing where the page is served without TLS from another machine.
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), toHex).join("");
}

function toHex(byte) {
  return byte.toString(16).padStart(2, "0");
}

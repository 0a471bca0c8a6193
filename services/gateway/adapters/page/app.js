// The page: shows the conversation, sends what is written, restores it after a reload.

import { Refused, readTranscript, sendTurn } from "/page/chat.js";
import { lastLink, link, safeLink, showText } from "/page/render.js";
import { forget, remember, remembered } from "/page/store.js";

// What follows unasked (a proposal that took longer, a booked demo) is looked for this long after a reply.
const LOOK_AGAIN_MS = [3000, 5000, 8000, 14000, 30000];
const SPACE_ABOVE_PX = 20;

const $ = (id) => document.getElementById(id);
const company = await loadCompany();
// Visitor's turns and bot's replies on the screen; replies are known by their id and by the turn they answer.
const shown = { said: new Set(), answered: new Set(), replies: new Set() };
let conversation = remembered();
let isBusy = false;
let lookTimer = 0;
let followsEnd = true;

introduce();
await restore();

async function loadCompany() {
  try {
    return await (await fetch("/page/company.json")).json();
  } catch {
    return { name: "", botName: "", disclosure: "", linkHosts: [], stages: [] };
  }
}

function introduce() {
  document.title = `${company.botName} · ${company.name}`;
  $("title").textContent = company.botName;
  $("company").textContent = `AI assistant of ${company.name}`;
  $("avatar").textContent = company.botName.slice(0, 1);
  $("hello").textContent = company.disclosure;
  $("stages").replaceChildren(...company.stages.map(stageStep));
  showStage(null);
  $("composer").addEventListener("submit", onSubmit);
  $("message").addEventListener("input", onInput);
  $("message").addEventListener("keydown", onKey);
  $("again").addEventListener("click", startOver);
  $("scroll").addEventListener("scroll", onScroll, { passive: true });
  $("openers").addEventListener("click", ({ target }) => target.closest("button") && say(target.textContent));
}

function stageStep(stage) {
  const step = document.createElement("li");
  step.dataset.stage = stage;
  step.textContent = stage;
  return step;
}

function showStage(stage) {
  const now = company.stages.indexOf(stage);
  for (const [place, step] of [...$("stages").children].entries()) {
    step.classList.toggle("done", place < now);
    if (place === now) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
}

// --- what the visitor does ---

function onSubmit(event) {
  event.preventDefault();
  const message = $("message").value.trim();
  if (!message || isBusy) return;
  $("message").value = "";
  onInput();
  say(message);
}

function onInput() {
  const field = $("message");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 180)}px`;
  $("send").disabled = isBusy || !field.value.trim();
}

function onKey(event) {
  // Enter while a character is being composed chooses the character.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
}

// Whoever scrolled up to read is left there.
function onScroll() {
  const { scrollTop, scrollHeight, clientHeight } = $("scroll");
  followsEnd = scrollHeight - scrollTop - clientHeight < 80;
}

function startOver() {
  forget();
  // A reply that is on its way belongs to the old conversation.
  if (isBusy) return location.reload();
  conversation = {};
  clearTimeout(lookTimer);
  for (const known of Object.values(shown)) known.clear();
  $("log").replaceChildren();
  showWelcome(true);
  showNotice("");
  showStage(null);
  $("message").focus();
}

function say(message) {
  if (isBusy) return;
  conversation.pending = { key: newKey(), message };
  remember(conversation);
  addVisitorBubble(message);
  answer();
}

// --- a turn ---

async function answer() {
  setBusy(true);
  const bubble = addBubble("bot");
  bubble.append(dots());
  try {
    const done = await sendTurn(
      { ...conversation.pending, conversationId: conversation.id, token: conversation.token },
      { accepted: onAccepted, text: (text) => onText(bubble, text), waiting: onWaiting },
    );
    onDone(bubble, done);
  } catch (error) {
    onFailure(bubble, error);
  } finally {
    setBusy(false);
  }
}

function onAccepted(accepted) {
  conversation.id = accepted.conversation_id;
  conversation.token = accepted.session_token;
  conversation.pending.turnId = accepted.turn_id;
  shown.said.add(accepted.turn_id);
  remember(conversation);
}

function onText(bubble, text) {
  if (text) showText(bubble, text, company.linkHosts);
  else bubble.replaceChildren(dots());
  toTheEnd();
}

function onWaiting(isReconnecting) {
  showNotice(isReconnecting ? "The connection broke. Trying again…" : "");
}

function onDone(bubble, done) {
  conversation.id = done.conversation_id;
  conversation.token = done.session_token;
  delete conversation.pending;
  remember(conversation);
  shown.answered.add(done.turn_id);
  showNotice("");
  showReply(bubble, done.response, { isBooking: done.calendly_shown, proposalUrl: done.proposal_url });
  showStage(done.stage);
  $("announcement").textContent = done.response;
  lookForMore(0);
}

function onFailure(bubble, error) {
  bubble.closest(".row").remove();
  const isLost = error instanceof Refused && [401, 403, 404].includes(error.status);
  if (isLost) return showNotice("This conversation cannot be continued.", "Start over", startOver);
  const why = error instanceof Refused ? error.message : "The message could not be sent.";
  const isFinal = error instanceof Refused && error.code === "turn-failed";
  if (isFinal) delete conversation.pending;
  remember(conversation);
  showNotice(why, isFinal ? "" : "Try again", () => {
    showNotice("");
    answer();
  });
}

// --- what is already said ---

async function restore() {
  if (!conversation.id) return resumePending();
  setBusy(true);
  try {
    showTranscript(await readTranscript({ conversationId: conversation.id, token: conversation.token }));
    lookForMore(0);
  } catch (error) {
    if (error instanceof Refused && error.status < 500) forgetUnlessPending();
    else return showNotice("The conversation could not be loaded.", "Try again", () => location.reload());
  } finally {
    setBusy(false);
  }
  resumePending();
}

function forgetUnlessPending() {
  if (conversation.pending) return;
  conversation = {};
  forget();
}

function resumePending() {
  const { pending } = conversation;
  if (!pending) return $("message").focus();
  const isAnswered = pending.turnId && shown.answered.has(pending.turnId);
  if (isAnswered) {
    delete conversation.pending;
    return remember(conversation);
  }
  if (!shown.said.has(pending.turnId)) addVisitorBubble(pending.message);
  return answer();
}

function showTranscript(transcript) {
  for (const message of transcript.messages) {
    if (message.role === "visitor") showVisitorMessage(message);
    else showBotMessage(message, transcript);
  }
  showStage(transcript.stage);
}

function showVisitorMessage(message) {
  if (shown.said.has(message.turn_id)) return;
  shown.said.add(message.turn_id);
  addVisitorBubble(message.text);
}

function showBotMessage(message, transcript) {
  if (shown.replies.has(message.id) || shown.answered.has(message.turn_id)) return;
  shown.replies.add(message.id);
  if (message.turn_id) shown.answered.add(message.turn_id);
  const { booking_url: bookingUrl, proposal, proposal_url: proposalUrl } = transcript;
  showReply(addBubble("bot"), message.text, {
    isBooking: Boolean(bookingUrl) && message.text.includes(bookingUrl),
    proposalUrl: proposal && message.text.includes(proposal.summary) ? proposalUrl : null,
  });
}

function lookForMore(times) {
  clearTimeout(lookTimer);
  if (times >= LOOK_AGAIN_MS.length) return;
  lookTimer = setTimeout(async () => {
    if (isBusy) return;
    const session = { conversationId: conversation.id, token: conversation.token };
    const transcript = document.hidden ? null : await readTranscript(session).catch(() => null);
    if (isBusy || session.conversationId !== conversation.id) return;
    if (transcript) showMore(transcript);
    lookForMore(times + 1);
  }, LOOK_AGAIN_MS[times]);
}

function showMore(transcript) {
  const before = $("log").children.length;
  showTranscript(transcript);
  if ($("log").children.length > before) $("announcement").textContent = $("log").lastChild.textContent;
}

// --- what is on the screen ---

function showWelcome(isShown) {
  $("welcome").hidden = !isShown;
  $("again").hidden = isShown;
}

function addVisitorBubble(text) {
  followsEnd = true;
  const bubble = addBubble("visitor");
  for (const line of text.split("\n")) bubble.append(line, document.createElement("br"));
  bubble.lastChild.remove();
  toTheEnd();
}

function addBubble(role) {
  showWelcome(false);
  const row = document.createElement("div");
  row.className = `row ${role}`;
  const speaker = document.createElement("span");
  speaker.className = "unseen";
  speaker.textContent = role === "bot" ? `${company.botName}: ` : "You: ";
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  bubble.dir = "auto";
  row.append(speaker, bubble);
  $("log").append(row);
  toTheEnd();
  return bubble;
}

function showReply(bubble, text, { isBooking, proposalUrl }) {
  showText(bubble, text, company.linkHosts);
  const href = isBooking && safeLink(lastLink(text, company.linkHosts), company.linkHosts);
  if (href) {
    const button = link(href, "Book your demo");
    button.className = "book";
    bubble.append(button);
  }
  const page = ownPage(proposalUrl);
  if (page) {
    const card = link(page, "View and share the proposal");
    card.className = "proposal";
    bubble.append(card);
  }
  toTheEnd();
}

// The gateway may be known by another address than the one this page came from; the path is the same.
function ownPage(address) {
  try {
    const { pathname } = new URL(address);
    return pathname.startsWith("/proposal/") ? new URL(pathname, location.origin).href : null;
  } catch {
    return null;
  }
}

function dots() {
  const waiting = document.createElement("span");
  waiting.className = "dots";
  waiting.setAttribute("aria-hidden", "true");
  waiting.append(...[1, 2, 3].map(() => document.createElement("i")));
  return waiting;
}

function showNotice(text, action = "", onAction = () => {}) {
  const notice = $("notice");
  notice.hidden = !text;
  notice.replaceChildren(text);
  if (!action) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = action;
  button.addEventListener("click", onAction);
  notice.append(button);
}

function setBusy(busy) {
  isBusy = busy;
  $("log").setAttribute("aria-busy", String(busy));
  onInput();
}

// A message that is longer than the screen is read from its beginning.
function toTheEnd() {
  const newest = $("log").lastElementChild;
  if (followsEnd && newest) $("scroll").scrollTop = newest.offsetTop - SPACE_ABOVE_PX;
}

function newKey() {
  // randomUUID is missing where the page is served without TLS from another machine.
  return crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint32Array(4)), String).join("-");
}

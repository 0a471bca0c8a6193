// What is on the screen: the messages in their order, the stages, a notice.

import { company } from "/page/company.js";
import { lastLink, link, showText } from "/page/render.js";

const SPACE_ABOVE_PX = 20;

const $ = (id) => document.getElementById(id);
let followsEnd = true;

/** Say who is met here, and show that nothing was said yet. */
export function introduce() {
  document.title = `${company.botName} · ${company.name}`;
  $("title").textContent = company.botName;
  $("company").textContent = `AI assistant of ${company.name}`;
  $("avatar").textContent = company.botName.slice(0, 1);
  $("hello").textContent = company.disclosure;
  $("stages").replaceChildren(...company.stages.map(stageStep));
  $("scroll").addEventListener("scroll", onScroll, { passive: true });
  showStage(null);
}

function stageStep(stage) {
  const step = document.createElement("li");
  step.dataset.stage = stage;
  step.textContent = stage;
  return step;
}

/** Mark the stage the conversation is in. */
export function showStage(stage) {
  const now = company.stages.indexOf(stage);
  for (const [place, step] of [...$("stages").children].entries()) {
    step.classList.toggle("done", place < now);
    if (place === now) step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
}

// Whoever scrolled up to read is left there.
function onScroll() {
  const { scrollTop, scrollHeight, clientHeight } = $("scroll");
  followsEnd = scrollHeight - scrollTop - clientHeight < 80;
}

/** Forget all messages. */
export function clearScreen() {
  $("log").replaceChildren();
  showWelcome(true);
  showNotice("");
  showStage(null);
}

function showWelcome(isShown) {
  $("welcome").hidden = !isShown;
  $("again").hidden = isShown;
}

/** Show what the visitor said. A reply without words yet stays below it. Returns the bubble. */
export function addVisitorBubble(text) {
  followsEnd = true;
  const bubble = addBubble("visitor");
  for (const line of text.split("\n")) bubble.append(line, document.createElement("br"));
  bubble.lastChild.remove();
  const wordless = $("log").querySelector(".row:has(.dots)");
  if (wordless) $("log").append(wordless);
  toTheEnd();
  return bubble;
}

/** A bubble for a reply, which says so far that one is coming. */
export function addReplyBubble() {
  const bubble = addBubble("bot");
  bubble.append(dots());
  toTheEnd();
  return bubble;
}

/** Take a bubble and its row away. */
export function removeBubble(bubble) {
  bubble.closest(".row").remove();
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

/** Show the words of a reply that is being written; none so far are dots. */
export function showWords(bubble, text) {
  if (text) showText(bubble, text, company.links);
  else bubble.replaceChildren(dots());
  toTheEnd();
}

/** Show a reply that is complete. */
export function showReply(bubble, text, { isBooking, proposalUrl }) {
  // A single-use link names no company: it is one of ours only where a reply shows the booking link.
  const ours = isBooking ? [...company.links, ...company.singleUseLinks] : company.links;
  showText(bubble, text, ours);
  const href = isBooking && lastLink(text, ours);
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

/** Tell the visitor about the connection; no text takes the notice away. */
export function showNotice(text, action = "", onAction = () => {}) {
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

/** Have a screen reader say a text, once. */
export function announce(text) {
  $("announcement").textContent = text;
}

/** Bring the newest message into view; one that is longer than the screen is read from its beginning. */
export function toTheEnd() {
  const newest = $("log").lastElementChild;
  if (followsEnd && newest) $("scroll").scrollTop = newest.offsetTop - SPACE_ABOVE_PX;
}

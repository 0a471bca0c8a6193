// The panel, in an iframe beside a website or as a page of its own.

import { languageOf } from "../shared/languages";
import { Chat } from "./chat";
import { Composer } from "./composer";
import type { Company } from "./documents";
import { Gateway } from "./gateway";
import { findHost } from "./host";
import { withIdentity } from "./identity";
import { connectMenu } from "./menu";
import { QuickReplies } from "./quick_replies";
import { byId, Screen } from "./screen";
import { applyTheme } from "./theme";
import { TranscriptView } from "./transcript_view";
import { WORDS } from "./words";

const host = await findHost();
const company = JSON.parse(byId("about").textContent ?? "{}") as Company;
const language = languageOf(host.start.lang);
const words = WORDS[language];
const screen = new Screen(company, words);
const around = { host, screen, words, company };
const say = (message: string) => chat.say(message);
const composer = new Composer(byId("composer"), byId("message"), byId("send"), say);
const quickReplies = new QuickReplies(byId("suggestions"), (label) => {
  // The button is about to go; whoever works with the keyboard goes on from the conversation.
  byId("scroll").focus({ preventScroll: true });
  say(label);
});
const view = new TranscriptView(around, quickReplies);
const chat = new Chat({ ...around, composer, view, gateway: new Gateway(host.start.site) });

document.documentElement.classList.add(host.isPage ? "page" : "embedded");
applyTheme(host.start.color, host.start.theme);
screen.introduce(language, host.start.title);
connectMenu(chat, around);
host.listen((message) => {
  if (message.kind === "opened") {
    view.setOpen(true);
    takeFocus();
  } else if (message.kind === "closed") view.setOpen(false);
  else if (message.kind === "identify") chat.identity = message.identity;
  else if (message.kind === "reset") reset();
  else if (message.kind === "conversation") chat.follow(message.conversation);
});
document.documentElement.classList.add("ready");
const isResumed = !host.isPage || (await resumeFromLink());
await chat.restore();
if (!isResumed) screen.showNotice(words.lost);
if (host.start.isOpen) view.setOpen(true);
if (host.start.takesFocus) takeFocus();

// The calendar asks for name and address; whoever the website knows need not write them again.
for (const click of ["click", "auxclick"]) {
  document.addEventListener(click, ({ target }) => {
    const card = target instanceof Element && target.closest<HTMLAnchorElement>("a.card.booking");
    if (card && chat.identity) card.href = withIdentity(card.href, chat.identity);
  });
}

// Returns whether nothing is wrong with the link, if the address of the page is one.
async function resumeFromLink(): Promise<boolean> {
  addEventListener("hashchange", () => location.reload());
  const link = /^#resume=(.+)/.exec(location.hash)?.[1];
  if (!link) return true;
  try {
    await chat.resume(link);
  } catch {
    return false;
  }
  // It is as good as a password, and was needed once.
  history.replaceState(null, "", location.pathname + location.search);
  return true;
}

function reset(): void {
  chat.identity = null;
  chat.startOver();
}

function takeFocus(): void {
  // On a screen that is touched, a focused field brings up a keyboard that covers half of the conversation.
  const place = byId(matchMedia("(hover: hover)").matches ? "message" : "title");
  place.focus();
  // Whoever is told that the panel is open may not be drawn yet, and what is not drawn takes no focus.
  if (document.activeElement !== place) requestAnimationFrame(() => place.focus());
}

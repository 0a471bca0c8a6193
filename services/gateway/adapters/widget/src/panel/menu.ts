// What the visitor may do with the conversation: save it, begin anew, have it deleted.

import { fill } from "../shared/languages";
import type { Chat } from "./chat";
import { reminderActions } from "./reminder";
import { byId } from "./screen";
import { saveTranscript } from "./transcript_file";
import type { Surroundings } from "./transcript_view";

/** Connect the buttons of the menu and of the question before a deletion. */
export function connectMenu(chat: Chat, around: Surroundings): void {
  const { screen, words, company, host } = around;
  const menu = byId("menu");
  const dialog = byId<HTMLDialogElement>("erase");
  byId("erase-text").textContent = fill(words.eraseAsk, { company: company.name });
  const actions: Record<string, () => unknown> = {
    ...reminderActions(chat, around),
    close: () => host.close(),
    restart: () => chat.startOver(),
    delete: () => dialog.showModal(),
    download: async () => saveTranscript(await chat.transcript(), words, company),
    "delete-cancel": () => dialog.close(),
    async "delete-confirm"() {
      // The answer comes once nothing can be found any more, which takes seconds.
      const buttons = dialog.querySelectorAll("button");
      buttons.forEach((button) => (button.disabled = true));
      try {
        await chat.erase();
      } finally {
        buttons.forEach((button) => (button.disabled = false));
        dialog.close();
      }
    },
  };
  const failures: Record<string, string> = { "delete-confirm": words.eraseFailed, download: words.loadFailed };
  document.addEventListener("click", async ({ target }) => {
    const name = (target instanceof Element && target.closest<HTMLElement>("[data-action]")?.dataset.action) || "";
    if (!Object.hasOwn(actions, name)) return;
    if (menu.matches(":popover-open")) menu.hidePopover();
    try {
      await actions[name]?.();
    } catch {
      screen.showNotice(failures[name] ?? words.sendFailed);
      screen.announce(failures[name] ?? words.sendFailed);
    }
  });
  document.addEventListener("keydown", ({ key, isComposing }) => {
    // Escape while a character is being composed gives the character up.
    if (key === "Escape" && !isComposing && !menu.matches(":popover-open") && !document.querySelector("dialog[open]")) host.close();
  });
}

// The visitor agrees to one mail where the conversation stops, or to none.

import type { Chat } from "./chat";
import type { ReminderWords } from "./documents";
import { byId } from "./screen";
import type { Surroundings } from "./transcript_view";

/** What the menu does for it; nothing where no mail can follow. */
export function reminderActions(chat: Chat, { screen, words, company }: Surroundings): Record<string, () => unknown> {
  const asked = company.reminder?.[document.documentElement.lang] ?? company.reminder?.[""];
  if (!asked) return {};
  const dialog = byId<HTMLDialogElement>("remind");
  const address = byId<HTMLInputElement>("remind-address");
  for (const element of document.querySelectorAll<HTMLElement>("[data-reminder]")) {
    element.textContent = asked[element.dataset.reminder as keyof ReminderWords];
  }
  const settle = async (email: string) => {
    dialog.close();
    let told = email ? asked.agreed : asked.refused;
    await chat.remind(email, asked.asks).catch(() => (told = words.sendFailed));
    screen.showNotice(told);
    screen.announce(told);
  };
  byId("remind-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void settle(address.value);
  });
  return {
    remind() {
      address.value ||= chat.identity?.email ?? "";
      dialog.showModal();
    },
    "remind-not": () => settle(""),
  };
}

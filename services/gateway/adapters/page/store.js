// What this browser remembers of the conversation. Storage may be forbidden; then nothing is remembered.

const NAME = "salesbot.conversation";

export function remembered() {
  try {
    return JSON.parse(localStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

export function remember(conversation) {
  try {
    localStorage.setItem(NAME, JSON.stringify(conversation));
  } catch {
    // The conversation then lasts as long as the page.
  }
}

export function forget() {
  try {
    localStorage.removeItem(NAME);
  } catch {
    // There was nothing to forget.
  }
}

// The transcript as a text file, made in the browser.

import { make } from "../shared/elements";
import { fill } from "../shared/languages";
import type { Company, Transcript } from "./documents";
import { authorMark } from "./message_view";
import type { Words } from "./words";

/** Have the browser save a transcript. */
export function saveTranscript(transcript: Transcript | null, words: Words, company: Company): void {
  if (!transcript) return;
  const address = URL.createObjectURL(new Blob([textOf(transcript, words, company)], { type: "text/plain;charset=utf-8" }));
  const name = `${company.name}-${transcript.conversation_id.slice(0, 8)}.txt`.replace(/[^\p{L}\p{N}.-]+/gu, "-");
  make("a", { href: address, download: name }).click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function textOf({ messages }: Transcript, words: Words, company: Company): string {
  const heading = fill(words.transcript, { bot: company.botName, company: company.name });
  const said = messages.map(({ at, role, written_by: by, name, text }) => {
    const speaker = by === "person" ? name || company.name : company.botName;
    const who = role === "visitor" ? words.you : `${speaker} (${authorMark(by, words)})`;
    return `[${new Date(at).toLocaleString(document.documentElement.lang)}] ${who}:\n${text}\n`;
  });
  return [heading, "", ...said].join("\n");
}

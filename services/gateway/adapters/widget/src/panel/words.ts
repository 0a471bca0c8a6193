// What the panel says of its own accord, in each language. What stands in braces is filled in.

import type { Language } from "../shared/languages";
import { ar } from "./words/ar";
import { de } from "./words/de";
import { en } from "./words/en";
import { es } from "./words/es";
import { fr } from "./words/fr";
import { pt } from "./words/pt";

/** A conversation's words are the playbook's and the model's; these are the words around it. */
export interface Words {
  assistantOf: string;
  personOf: string;
  personSpeaks: string;
  booked: string;
  canceled: string;
  /** Only where the playbook has no disclosure in this language. */
  hello: string;
  mayErr: string;
  you: string;
  /** Who wrote a message: a model, the playbook, a person. */
  ai: string;
  automatic: string;
  person: string;
  says: string;
  placeholder: string;
  message: string;
  send: string;
  more: string;
  close: string;
  download: string;
  startOver: string;
  delete: string;
  eraseTitle: string;
  eraseAsk: string;
  eraseYes: string;
  cancel: string;
  erased: string;
  eraseFailed: string;
  conversation: string;
  messages: string;
  suggestions: string;
  progress: string;
  stages: Readonly<Record<string, string>>;
  reconnecting: string;
  notSent: string;
  retry: string;
  lost: string;
  loadFailed: string;
  sendFailed: string;
  tooMany: string;
  tooLate: string;
  proposal: string;
  book: string;
  newTab: string;
  opensAt: string;
  transcript: string;
}

export const WORDS: Record<Language, Words> = { en, es, de, fr, pt, ar };

// The documents of the HTTP API, as far as the panel reads them.

export type WrittenBy = "visitor" | "model" | "playbook" | "person";

export interface Accepted {
  conversation_id: string;
  turn_id: string;
  session_token: string;
}

/** The reply to a turn: the data of the event `done`. Without words, a person is going to answer. */
export interface Answer extends Accepted {
  response: string;
  stage: string;
  calendly_shown?: boolean;
  sequence?: number;
  proposal_url?: string | null;
  suggestions?: string[];
  written_by: WrittenBy;
  /** Of the person who wrote it. */
  name?: string | null;
  /** All turns it answers, several of a burst. */
  answers?: string[];
}

export interface Message {
  id: string;
  role: "visitor" | "bot";
  text: string;
  at: string;
  turn_id: string | null;
  answers: string[];
  suggestions: string[];
  sequence?: number | null;
  written_by: WrittenBy;
  name?: string | null;
}

export interface Transcript {
  conversation_id: string;
  stage: string;
  last_sequence: number;
  messages: Message[];
  proposal: { summary: string } | null;
  proposal_url: string | null;
  booking_url: string | null;
}

export interface Speaker {
  speaker: "bot" | "person";
  name: string | null;
}

export interface Booking {
  status: "booked" | "rescheduled" | "canceled";
  starts_at: string | null;
}

export interface Problem {
  status?: number;
  code?: string;
  title?: string;
  detail?: string;
}

/** What is shown before anything is said. */
export interface Welcome {
  disclosure: string;
  invitation: string;
  openers: readonly string[];
}

/** How the visitor is asked whether one mail may follow. */
export type ReminderWords = Readonly<Record<"menu" | "asks" | "address" | "agrees" | "refuses" | "agreed" | "refused", string>>;

/** Who is met here; the gateway writes it into the page. */
export interface Company {
  name: string;
  botName: string;
  links: string[];
  singleUseLinks: string[];
  stages: string[];
  /** By language; a language may be missing. */
  welcome: Readonly<Record<string, Welcome>>;
  /** By language, under "" for any other; null where no mail can follow. */
  reminder: Readonly<Record<string, ReminderWords>> | null;
}

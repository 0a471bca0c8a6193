// Who the website says its visitor is: what goes with a message, and what fills in the calendar's form.

import type { Identity } from "../shared/protocol";

const LONGEST_NAME = 80;
const LONGEST_ADDRESS = 254;
// The addresses that contracts/text.py takes; any other would have the visitor's message refused.
const ADDRESS =
  /^[a-z\d](?:[\w.+%'\u2019-]{0,62}\w)?@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.){1,6}[a-z]{2,24}$/i;

/** What the gateway takes of it; undefined where nothing is left. */
export function visitorOf(identity: Identity | null): Identity | undefined {
  const name = textOf(identity?.name).slice(0, LONGEST_NAME);
  const email = textOf(identity?.email);
  const token = textOf(identity?.token);
  const isAddress = email.length <= LONGEST_ADDRESS && ADDRESS.test(email) && !email.includes("..");
  return name || isAddress ? { ...(name && { name }), ...(isAddress && { email }), ...(token && { token }) } : undefined;
}

/** The address of a calendar with name and address of a visitor filled in, unless it has them. */
export function withIdentity(address: string, { name, email }: Identity): string {
  const url = new URL(address);
  for (const [field, value] of Object.entries({ name, email })) {
    if (value && !url.searchParams.has(field)) url.searchParams.set(field, value);
  }
  return url.href;
}

// Whatever a page without types has put there.
function textOf(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

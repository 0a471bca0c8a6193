// The loader: one script tag on the host's page. Until the visitor shows interest it requests nothing else.

import { readOptions } from "./options";
import { Widget } from "./widget";

interface Salesbot {
  (command: string, ...values: unknown[]): unknown;
  /** Calls from before this script was loaded. */
  q?: unknown[][];
  isLoaded?: boolean;
}

declare global {
  interface Window {
    Salesbot?: Salesbot | undefined;
  }
}

const COMMANDS = ["open", "close", "toggle", "on", "identify", "consent", "reset", "destroy"] as const;

// A tag manager or a navigation may load the script again.
if (!window.Salesbot?.isLoaded) begin(window.Salesbot?.q ?? []);

function begin(earlier: unknown[][]): void {
  const widget = new Widget(readOptions());
  const salesbot: Salesbot = (command, ...values) => {
    const name = COMMANDS.find((known) => known === command);
    if (!name) throw new TypeError(`Salesbot has no command ${command}, only ${COMMANDS}`);
    const result = (widget[name] as (...values: unknown[]) => unknown).apply(widget, values);
    if (name === "destroy") wait();
    return result;
  };
  salesbot.isLoaded = true;
  window.Salesbot = salesbot;
  for (const call of earlier) salesbot(...(Array.from(call) as [string]));
}

// What is called after the end waits for the script to be loaded again.
function wait(): void {
  const q: unknown[][] = [];
  window.Salesbot = Object.assign((...call: unknown[]) => q.push(call), { q });
}

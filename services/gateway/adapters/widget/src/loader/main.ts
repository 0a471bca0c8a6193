// The loader: one script tag on the host's page. Until the visitor shows interest it requests nothing else.

import type { EventName, Identity } from "../shared/protocol";
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

// A tag manager or a navigation may load the script again.
if (!window.Salesbot?.isLoaded) begin(window.Salesbot?.q ?? []);

function begin(earlier: unknown[][]): void {
  const widget = new Widget(readOptions());
  const commands: Record<string, (...values: never[]) => unknown> = {
    open: () => widget.open(),
    close: () => widget.close(),
    toggle: () => widget.toggle(),
    on: (name: EventName, listener: (detail: unknown) => void) => widget.on(name, listener),
    identify: (identity: Identity) => widget.identify(identity),
    consent: (isGiven?: boolean) => widget.consent(isGiven),
    reset: () => widget.reset(),
    destroy() {
      widget.destroy();
      // What is called from now on waits for the script to be loaded again.
      const q: unknown[][] = [];
      window.Salesbot = Object.assign((...call: unknown[]) => q.push(call), { q });
    },
  };
  const salesbot: Salesbot = (command, ...values) => {
    if (!Object.hasOwn(commands, command)) throw new TypeError(`Salesbot has no command ${command}, only ${Object.keys(commands)}`);
    return commands[command]?.(...(values as never[]));
  };
  salesbot.isLoaded = true;
  window.Salesbot = salesbot;
  for (const call of earlier) salesbot(...(Array.from(call) as [string]));
}

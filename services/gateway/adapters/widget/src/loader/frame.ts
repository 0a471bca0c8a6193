// The iframe of the panel: made when it is wanted, spoken to over a port that only its own origin gets.

import { HELLO, type Start, type ToLoader, type ToPanel } from "../shared/protocol";

export interface Frame {
  readonly iframe: HTMLIFrameElement;
  /** Tell the panel something. Before it is ready, what matters stands in what it starts with. */
  send(message: ToPanel): void;
}

/**
 * Make the iframe. `start` is asked each time the panel begins anew: an iframe that is moved within a page is
 * loaded again. `signal` ends it.
 */
export function makeFrame(
  url: URL,
  title: string,
  start: () => Start,
  onMessage: (message: ToLoader) => void,
  signal: AbortSignal,
): Frame {
  const iframe = document.createElement("iframe");
  let port: MessagePort | undefined;
  // The panel is told to whom it may say hello; in the fragment, which is not sent to any server.
  url.hash = location.origin;
  iframe.name = "salesbot-panel";
  iframe.title = title;
  iframe.src = url.href;
  // It opens tabs and saves files; it never navigates the page around it.
  iframe.setAttribute(
    "sandbox",
    "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads",
  );
  const onHello = ({ source, origin, data }: MessageEvent): void => {
    if (source !== iframe.contentWindow || origin !== url.origin || data !== HELLO) return;
    const { port1, port2 } = new MessageChannel();
    port?.close();
    port = port1;
    port1.onmessage = (event: MessageEvent<ToLoader>) => onMessage(event.data);
    iframe.contentWindow?.postMessage({ kind: "start", start: start() } satisfies ToPanel, url.origin, [port2]);
  };
  addEventListener("message", onHello, { signal });
  return { iframe, send: (message) => port?.postMessage(message) };
}

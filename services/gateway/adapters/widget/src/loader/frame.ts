// The iframe of the panel: made when it is wanted, spoken to over a port that only its own origin gets.

import { HELLO, type Start, type ToLoader, type ToPanel } from "../shared/protocol";

export class Frame {
  #iframe: HTMLIFrameElement | null = null;
  #port: MessagePort | null = null;

  /**
   * `start` is asked each time the panel begins anew; an iframe that is moved within a page is loaded again.
   */
  constructor(
    private readonly url: URL,
    private readonly title: string,
    private readonly start: () => Start,
    private readonly onMessage: (message: ToLoader) => void,
  ) {}

  /** The iframe, from the first call on. */
  load(): HTMLIFrameElement {
    if (this.#iframe) return this.#iframe;
    const iframe = document.createElement("iframe");
    // The panel is told to whom it may say hello; in the fragment, which is not sent to any server.
    this.url.hash = location.origin;
    iframe.name = "salesbot-panel";
    iframe.title = this.title;
    iframe.src = this.url.href;
    // It opens tabs and saves files; it never navigates the page around it.
    iframe.setAttribute(
      "sandbox",
      "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads",
    );
    window.addEventListener("message", this.#onHello);
    this.#iframe = iframe;
    return iframe;
  }

  get isLoaded(): boolean {
    return this.#iframe !== null;
  }

  /** Tell the panel something. Before it is ready, what matters stands in what it starts with. */
  send(message: ToPanel): void {
    this.#port?.postMessage(message);
  }

  focus(): void {
    this.#iframe?.focus();
  }

  remove(): void {
    window.removeEventListener("message", this.#onHello);
    this.#port?.close();
    this.#iframe?.remove();
    this.#iframe = this.#port = null;
  }

  readonly #onHello = ({ source, origin, data }: MessageEvent): void => {
    const panel = this.#iframe?.contentWindow;
    if (!panel || source !== panel || origin !== this.url.origin || data !== HELLO) return;
    const { port1, port2 } = new MessageChannel();
    this.#port?.close();
    this.#port = port1;
    port1.onmessage = ({ data: message }: MessageEvent<ToLoader>) => this.onMessage(message);
    panel.postMessage({ kind: "start", start: this.start() } satisfies ToPanel, this.url.origin, [port2]);
  };
}

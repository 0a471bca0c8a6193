// Where the visitor writes.

const TALLEST_PX = 160;

export class Composer {
  #isOpen = true;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly field: HTMLTextAreaElement,
    private readonly button: HTMLButtonElement,
    private readonly onMessage: (message: string) => void,
  ) {
    form.addEventListener("submit", (event) => this.#onSubmit(event));
    field.addEventListener("input", () => this.#onInput());
    field.addEventListener("keydown", (event) => this.#onKey(event));
    // Something may have been written before this script ran.
    this.#onInput();
  }

  /** Whether a message can be sent. It can be written at any time. */
  setOpen(isOpen: boolean): void {
    this.#isOpen = isOpen;
    this.#onInput();
  }

  focus(): void {
    this.field.focus();
  }

  #onSubmit(event: Event): void {
    event.preventDefault();
    const message = this.field.value.trim();
    if (!message || !this.#isOpen) return;
    this.field.value = "";
    this.#onInput();
    this.onMessage(message);
  }

  #onInput(): void {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST_PX)}px`;
    this.button.disabled = !this.#isOpen || !this.field.value.trim();
  }

  #onKey(event: KeyboardEvent): void {
    // Enter while a character is being composed chooses the character.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.form.requestSubmit();
    }
  }
}

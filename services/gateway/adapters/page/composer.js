// Where the visitor writes.

const TALLEST_PX = 180;

const $ = (id) => document.getElementById(id);
let isOpen = true;

/** Tell `onMessage` what is sent. */
export function listen(onMessage) {
  $("composer").addEventListener("submit", (event) => onSubmit(event, onMessage));
  $("message").addEventListener("input", onInput);
  $("message").addEventListener("keydown", onKey);
}

/** Whether a message can be sent. It can be written at any time. */
export function setOpen(open) {
  isOpen = open;
  onInput();
}

/** Ready to write. */
export function focus() {
  $("message").focus();
}

function onSubmit(event, onMessage) {
  event.preventDefault();
  const message = $("message").value.trim();
  if (!message || !isOpen) return;
  $("message").value = "";
  onInput();
  onMessage(message);
}

function onInput() {
  const field = $("message");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, TALLEST_PX)}px`;
  $("send").disabled = !isOpen || !field.value.trim();
}

function onKey(event) {
  // Enter while a character is being composed chooses the character.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
}

// Quick replies below the last reply: whoever picks one says what it is labelled with.

const $ = (id) => document.getElementById(id);
let shown = "[]";

/** Call `onPick` with the label of a quick reply that is picked. */
export function listen(onPick) {
  $("suggestions").addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    // The button is about to go; whoever works with the keyboard goes on from the conversation.
    $("scroll").focus({ preventScroll: true });
    onPick(button.textContent);
  });
}

/** Show quick replies with these labels instead of those before. Returns whether anything changed. */
export function show(labels) {
  // The same ones stay as they are, and with them the focus.
  if (JSON.stringify(labels) === shown) return false;
  shown = JSON.stringify(labels);
  $("suggestions").replaceChildren(...labels.map(quickReply));
  $("suggestions").hidden = labels.length === 0;
  return true;
}

function quickReply(label) {
  const item = document.createElement("li");
  const button = item.appendChild(document.createElement("button"));
  button.type = "button";
  button.dir = "auto";
  button.textContent = label;
  return item;
}

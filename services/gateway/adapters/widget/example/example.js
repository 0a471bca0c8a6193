// What a website's own script may do with the widget; docs/widget.md describes it.

window.Salesbot = window.Salesbot || function () { (Salesbot.q = Salesbot.q || []).push(arguments); };

for (const name of ["open", "close", "unread", "message", "lead", "booking"]) {
  Salesbot("on", name, (detail) => {
    const line = document.createElement("li");
    line.textContent = `${name} ${JSON.stringify(detail)}`;
    document.getElementById("events").append(line);
  });
}

document.addEventListener("click", ({ target }) => {
  const { command } = target.dataset;
  if (command === "identify") Salesbot("identify", { name: "Grace Hopper", email: "grace@example.com" });
  else if (command) Salesbot(command);
});

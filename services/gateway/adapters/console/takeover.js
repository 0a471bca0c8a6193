// Follows a conversation as it goes on, and lets somebody of ours speak in it.

const TIME = { dateStyle: "medium", timeStyle: "short" };
const panel = document.getElementById("takeover");
if (panel) follow(panel);

function follow(panel) {
  const byId = (id) => document.getElementById(id);
  const transcript = byId("transcript");
  const [speaks, alert, claim, say, words] = ["speaks", "takeover-alert", "claim", "say", "words"].map(byId);
  const demo = byId("demo-now");
  const url = panel.dataset.url;
  const kept = `takeover ${url}`;
  // A reload of this page goes on with its take-over; another tab has none.
  let fence = Number(sessionStorage.getItem(kept)) || 0;
  let timer = 0;
  // The message under way.
  let sending = null;

  claim.hidden = fence !== 0;
  claim.addEventListener("submit", (event) => {
    event.preventDefault();
    takeOver();
  });
  say.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say.requestSubmit();
  });
  byId("hand-back").addEventListener("click", handBack);
  if (fence) renew();
  listen(panel.dataset.after);

  async function takeOver() {
    const answer = await request("POST", "/takeover", { name: claim.elements.name.value });
    if (answer.ok) return begin(await answer.json());
    const problem = await problemOf(answer);
    tell(problem.held_by ? `${problem.held_by} speaks already.` : problem.detail || problem.title);
  }

  function begin(taken) {
    fence = taken.fence;
    sessionStorage.setItem(kept, String(fence));
    tell("");
    show(true);
    words.focus();
    timer = setTimeout(renew, taken.renew_every_s * 1000);
  }

  async function renew() {
    clearTimeout(timer);
    const asked = fence;
    const answer = await request("PUT", "/takeover", { fence });
    // Handed back meanwhile.
    if (fence !== asked) return;
    if (answer.ok) {
      tell("");
      show(true);
      timer = setTimeout(renew, (await answer.json()).renew_every_s * 1000);
    } else if (answer.status === 409 || answer.status === 404) {
      end("You do not speak any more: the take-over is over, or a colleague took over.");
    } else if (answer.status === 401 || answer.status === 403) {
      end("You are signed out, and the assistant goes on soon. Sign in to speak again.");
    } else {
      tell("The connection is lost. The assistant goes on unless it comes back soon.");
      timer = setTimeout(renew, 2000);
    }
  }

  async function send() {
    const text = words.value.trim();
    if (!text || sending) return;
    const message = { text, key: crypto.randomUUID() };
    sending = message;
    say.setAttribute("aria-busy", "true");
    for (let wait = 1; sending === message; wait = Math.min(wait * 2, 10)) {
      const answer = await request("POST", "/messages", { fence, text }, { "idempotency-key": message.key });
      if (answer.ok) {
        tell("");
        words.value = "";
        sending = null;
      } else if (answer.status >= 500 || answer.status === 0 || answer.status === 429) {
        tell("Not sent yet; trying again.");
        await new Promise((resolve) => setTimeout(resolve, wait * 1000));
      } else {
        sending = null;
        const problem = await problemOf(answer);
        if (problem.code === "takeover-lost") end("This was not said: you do not speak any more.");
        else tell(problem.detail || problem.title);
      }
    }
    say.removeAttribute("aria-busy");
    if (fence) words.focus();
  }

  async function handBack() {
    const answer = await request("DELETE", `/takeover?fence=${fence}`);
    if (answer.ok) end("");
    else tell("Not handed back yet. Try again.");
  }

  function end(why) {
    clearTimeout(timer);
    fence = 0;
    sending = null;
    sessionStorage.removeItem(kept);
    show(false);
    tell(why);
  }

  function show(isSpeaking) {
    claim.hidden = isSpeaking;
    say.hidden = !isSpeaking;
  }

  function tell(text) {
    alert.textContent = text;
    alert.hidden = text === "";
  }

  function listen(after) {
    let last = after;
    const events = new EventSource(`${url}/events?after=${encodeURIComponent(after)}`);
    events.addEventListener("message", (event) => {
      last = event.lastEventId || last;
      add(JSON.parse(event.data));
    });
    events.addEventListener("error", () => {
      // After an answer that is no stream, as from a proxy whose gateway restarts, a browser does not come back itself.
      if (events.readyState === EventSource.CLOSED) setTimeout(() => listen(last), 3000);
    });
    events.addEventListener("speaker", (event) => {
      const { speaker, name } = JSON.parse(event.data);
      const who = speaker === "bot" ? "The assistant" : name || "A colleague";
      speaks.textContent = `${who} speaks to the visitor.`;
    });
    events.addEventListener("booking", (event) => showDemo(JSON.parse(event.data)));
    events.addEventListener("erased", () => {
      events.close();
      end("The visitor had this conversation deleted.");
      transcript.replaceChildren();
    });
  }

  function showDemo({ status, starts_at: startsAt, is_missed: isMissed }) {
    const time = startsAt ? `: ${new Date(startsAt).toLocaleString(undefined, TIME)}` : "";
    const booked = isMissed ? `The visitor missed the demo${time}.` : `A demo is booked${time}.`;
    const unsaid = fence ? " The assistant tells the visitor once you hand back." : "";
    demo.textContent = (status === "canceled" ? "The demo was canceled." : booked) + unsaid;
  }

  function add(message) {
    if (byId(`m-${message.id}`)) return;
    const item = byId("message-template").content.firstElementChild.cloneNode(true);
    item.id = `m-${message.id}`;
    item.classList.add(message.role === "visitor" ? "visitor" : "ours");
    const writer = item.querySelector(".writer");
    writer.classList.add(message.written_by);
    writer.textContent = message.name || message.written_by;
    const time = item.querySelector("time");
    time.dateTime = message.at;
    time.textContent = new Date(message.at).toLocaleString(undefined, TIME);
    item.querySelector(".text").textContent = message.text;
    transcript.append(item);
    item.scrollIntoView({ block: "nearest" });
  }

  async function request(method, path, body, headers = {}) {
    const sent = body ? { "content-type": "application/json", ...headers } : headers;
    try {
      return await fetch(url + path, { method, headers: sent, body: body && JSON.stringify(body) });
    } catch {
      return { ok: false, status: 0 };
    }
  }

  async function problemOf(answer) {
    try {
      return await answer.json();
    } catch {
      return { title: "That did not work. Try again." };
    }
  }
}

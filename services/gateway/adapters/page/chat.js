// Talking to the gateway: a turn is sent until it is answered, always as the same turn.

const MOST_TRIES = 7;
const LONGEST_PAUSE_MS = 8000;
// The gateway pings more often than this; a longer silence is a dead connection.
const SILENCE_MS = 40000;
const READ_AGAIN_MS = 2000;
const MOST_READS = 45;

/** A refusal that sending again cannot mend, or a turn that was given up. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || "Something went wrong.");
    this.status = status;
    this.code = problem.code ?? "";
  }
}

/**
 * Send a turn and follow its reply. A broken connection is taken up where it broke.
 * Called of `on` are: accepted(data), text(whole text so far), waiting(isReconnecting). Returns the data of `done`.
 */
export async function sendTurn(turn, on) {
  const progress = { text: "", lastEventId: "", tries: 0, session: {} };
  for (;;) {
    try {
      return await oneTry({ ...turn, ...progress.session }, progress, on);
    } catch (error) {
      if (error instanceof Refused) throw error;
      progress.tries += 1;
      if (progress.tries >= MOST_TRIES) throw error;
      on.waiting(true);
      await pause(Math.min(LONGEST_PAUSE_MS, 400 * 2 ** progress.tries) * (0.5 + Math.random() / 2));
    }
  }
}

/** The transcript of a conversation. Throws Refused. */
export async function readTranscript({ conversationId, token }) {
  const response = await fetch(`/conversation/${conversationId}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw await refusalOf(response);
  return response.json();
}

async function oneTry(turn, progress, on) {
  const cut = new AbortController();
  const watchdog = watch(() => cut.abort());
  try {
    const response = await fetch("/chat", {
      method: "POST",
      headers: headersOf(turn, progress),
      body: JSON.stringify({
        message: turn.message,
        source: "widget",
        ...(turn.conversationId && { conversation_id: turn.conversationId }),
      }),
      signal: cut.signal,
    });
    if (response.status >= 500 || response.status === 429) throw new Error(`status ${response.status}`);
    if (!response.ok) throw await refusalOf(response);
    on.waiting(false);
    if (response.status === 202) return await readLater(await response.json(), on);
    return await follow(response.body, progress, on, watchdog);
  } finally {
    watchdog.stop();
  }
}

function headersOf(turn, progress) {
  return {
    "Content-Type": "application/json",
    Accept: "text/event-stream",
    "Idempotency-Key": turn.key,
    ...(turn.token && { Authorization: `Bearer ${turn.token}` }),
    ...(progress.lastEventId && { "Last-Event-ID": progress.lastEventId }),
  };
}

async function follow(body, progress, on, watchdog) {
  for await (const { name, id, data } of events(body, watchdog)) {
    if (id) progress.lastEventId = id;
    if (name === "accepted") {
      // An opening is repeated with the token it brought: the token may be in use by then.
      progress.session = { conversationId: data.conversation_id, token: data.session_token };
      on.accepted(data);
    }
    else if (name === "delta") on.text((progress.text += data.text));
    else if (name === "replace") on.text((progress.text = data.text));
    else if (name === "reset") on.text((progress.text = ""));
    else if (name === "done") return data;
    else if (name === "error") throw new Refused(data.status, data);
  }
  throw new Error("the stream ended early");
}

// Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
async function* events(body, watchdog) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    watchdog.reset();
    const blocks = (buffer + value).split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split("\n").filter((line) => !line.startsWith(":")).map((line) => line.split(/: (.*)/s, 2)),
      );
      if (fields.data) yield { name: fields.event, id: fields.id, data: JSON.parse(fields.data) };
    }
  }
}

async function readLater(accepted, on) {
  on.accepted(accepted);
  const session = { conversationId: accepted.conversation_id, token: accepted.session_token };
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    await pause(READ_AGAIN_MS);
    const transcript = await readTranscript(session).catch(() => null);
    const reply = transcript?.messages.find((m) => m.answers.includes(accepted.turn_id));
    if (!reply) continue;
    const shows = transcript.proposal && reply.text.includes(transcript.proposal.summary);
    const proposalUrl = shows ? transcript.proposal_url : null;
    const { text: response, answers, suggestions } = reply;
    return { ...accepted, response, answers, suggestions, stage: transcript.stage, proposal_url: proposalUrl };
  }
  throw new Refused(504, { code: "reply-pending", detail: "The reply takes longer than usual." });
}

async function refusalOf(response) {
  return new Refused(response.status, await response.json().catch(() => ({})));
}

function watch(onSilence) {
  let timer = setTimeout(onSilence, SILENCE_MS);
  return {
    reset() {
      clearTimeout(timer);
      timer = setTimeout(onSilence, SILENCE_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

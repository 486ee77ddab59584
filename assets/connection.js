// Watches the connection that the pages work over: Reflex's socket at /_event. Says when a network
// refuses it, notices when it has fallen silent, and says which press may have been lost with it.
//
// A short script in the head of each page (web/connection.py) notes the sockets before Reflex opens
// one; this file is loaded later. No dependencies.

const CHECK_MS = 250;
const SAID_MS = 1000; // without a connection that there was before it is said
const NOT_CONNECTED_MS = 2500; // without a connection before the reason is looked for
const CLOCK_MS = 1500; // for the server to answer over plain HTTP meanwhile
const LOOK_AGAIN_MS = 1000; // until the reason is known, and then:
const KEEP_LOOKING_MS = 15_000;
const ROUND_TRIPS = 8; // that a connection may take, and a page's own loading meanwhile
const NO_ATTEMPT_MS = 5000; // after which Reflex is asked to connect again
const UNANSWERED_MS = 1500; // after a press before the server is asked whether it is there
const QUIET_MS = 20_000; // on a page that is looked at before the same is asked
const ANSWER_MS = 6000; // within which it says so
const LONGEST_ANSWER_MS = 60_000;
const PRESS_MS = 1000; // from a press to the message it causes

// Engine.IO and Socket.IO, as they travel: "connected" and "event" of the namespace /_event.
const CONNECTED = "40/_event,";
const EVENT = '42/_event,["event",';
const PING = '42/_event,["ping"]';

let current = null; // the connected socket
let hasBeenConnected = false;
let waitingSince = null; // when the page began to wait for a connection
let openedAt = performance.now(); // when it opened a socket last
let lookedAt = -Infinity; // when the reason was looked for last
let lookAgain = LOOK_AGAIN_MS;
let heardAt = 0; // when the server said anything last
let askedAt = null; // when it was asked whether it is there
let patience = ANSWER_MS;
let checkedAt = performance.now();
let unanswered = []; // the presses that nothing has come back after yet
let sentAt = null; // the oldest message that nothing has come back after yet
let pressed = { name: "", at: -Infinity };
let lost = "";
let isDismissed = false;
let shown = "";

function show(state) {
  if (isDismissed && state === "refused") return;
  shown = state;
  for (const words of document.querySelectorAll("[data-connection]")) {
    words.hidden = words.dataset.connection !== state;
  }
  for (const name of document.querySelectorAll("[data-connection-press]")) {
    name.textContent = lost;
  }
}

const nameOf = (element) =>
  (element.getAttribute("aria-label") || element.innerText || element.value || "").trim();

// What the person pressed last; the message it causes is sent at once.
function notePress(element) {
  const name = element ? nameOf(element).replace(/\s+/g, " ").slice(0, 60) : "";
  if (name) pressed = { name, at: performance.now() };
}

window.addEventListener(
  "click",
  ({ target }) => {
    if (target.closest?.("[data-connection-dismiss]")) {
      lost = "";
      show("");
      isDismissed = true;
      return;
    }
    notePress(target.closest?.("button, label, select"));
  },
  true,
);
window.addEventListener(
  "submit",
  ({ target, submitter }) => notePress(submitter ?? target.querySelector("button")),
  true,
);

function heard(socket, message) {
  if (typeof message === "string" && message.startsWith(CONNECTED)) connected(socket);
  if (socket !== current) return;
  heardAt = performance.now();
  if (askedAt !== null) patience = ANSWER_MS;
  askedAt = sentAt = null;
  unanswered = [];
}

function sent(socket, message) {
  if (typeof message !== "string" || !message.startsWith(EVENT)) return;
  const now = performance.now();
  sentAt ??= now;
  if (now - pressed.at > PRESS_MS) return;
  unanswered.push(pressed.name);
  pressed = { name: "", at: -Infinity };
  // What is said of an earlier press gives way to this one.
  if (lost) {
    lost = "";
    show("");
  }
}

// The page has begun to open a socket.
function opening() {
  openedAt = performance.now();
  if (!current) waitingSince ??= openedAt;
}

function connected(socket) {
  current = socket;
  waitingSince = null;
  lookedAt = -Infinity;
  lookAgain = LOOK_AGAIN_MS;
  isDismissed = false;
  show(lost ? "press-lost" : "");
  if (hasBeenConnected) window.dispatchEvent(new Event("reconnected"));
  hasBeenConnected = true;
}

function disconnected(socket) {
  if (socket !== current) return;
  current = null;
  askedAt = sentAt = null;
  if (unanswered.length) lost = unanswered.at(-1);
  unanswered = [];
  // Counted from the next attempt: a page that is about to be left makes none.
  waitingSince = null;
  openedAt = performance.now();
}

// A connection whose other end is gone would be taken for a good one for a minute and more. Reflex
// is told that it closed, and opens another.
function drop(socket) {
  patience = Math.min(patience * 2, LONGEST_ANSWER_MS);
  disconnected(socket);
  const { onclose } = socket;
  socket.onclose = socket.onmessage = socket.onerror = null;
  onclose?.call(socket, new CloseEvent("close", { code: 1006 }));
  socket.close();
}

// Reflex connects again when a page comes back into view. It does not by itself when the server
// ended the connection, or when the page seemed about to be left and was not: a download.
function reconnect() {
  openedAt = performance.now();
  document.dispatchEvent(new Event("visibilitychange"));
}

function ask() {
  if (!current || askedAt !== null) return;
  askedAt = performance.now();
  current.send(PING);
}

// When the server answers over plain HTTP meanwhile, the network between refuses the socket.
async function lookForReason() {
  const asked = (lookedAt = performance.now());
  let answers = false;
  try {
    const signal = AbortSignal.timeout(CLOCK_MS);
    answers = (await fetch("/clock", { cache: "no-store", signal })).ok;
  } catch {
    // It does not answer at all.
  }
  if (current || waitingSince === null) return;
  const now = performance.now();
  // On a slow line the socket takes several times as long.
  if (answers && now - waitingSince < ROUND_TRIPS * (now - asked)) return;
  lookAgain = KEEP_LOOKING_MS;
  show(answers ? "refused" : "lost");
}

function check() {
  const now = performance.now();
  const slept = now - checkedAt > 10 * CHECK_MS;
  checkedAt = now;
  // The next page of the app has its own, hidden.
  if (shown) show(shown);
  if (slept) {
    // Answers that came meanwhile have not been read yet.
    if (askedAt !== null) askedAt = now;
    if (waitingSince !== null) waitingSince = now;
    openedAt = now;
    return;
  }
  if (!current) {
    const waited = waitingSince === null ? 0 : now - waitingSince;
    if (waited > NOT_CONNECTED_MS) {
      if (!document.hidden && now - lookedAt > lookAgain) lookForReason();
    } else if (waited > SAID_MS && hasBeenConnected) {
      show("lost");
    }
    if (waitingSince === null && hasBeenConnected && now - openedAt > NO_ATTEMPT_MS) reconnect();
  } else if (askedAt !== null) {
    if (now - askedAt > patience) drop(current);
  } else if (sentAt !== null && now - sentAt > UNANSWERED_MS) {
    ask();
  } else if (!document.hidden && now - heardAt > QUIET_MS) {
    ask();
  }
}

function watch(socket) {
  opening();
  const { early } = socket;
  delete socket.early;
  for (const message of early) heard(socket, message);
  // It may have closed, too, before this file was there.
  if (socket.readyState === WebSocket.CLOSED) disconnected(socket);
  socket.addEventListener("message", ({ data }) => heard(socket, data));
  socket.addEventListener("close", () => disconnected(socket));
  socket.sending = (message) => sent(socket, message);
}

for (const socket of window.openedSockets) watch(socket);
window.openedSockets = { push: watch };
setInterval(check, CHECK_MS);
for (const event of ["online", "pageshow"]) window.addEventListener(event, ask);
document.addEventListener("visibilitychange", () => document.hidden || ask());
navigator.connection?.addEventListener?.("change", ask);

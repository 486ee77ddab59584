// What the pages need of the browser besides Reflex: times that tick, a menu
// that opens, focus that follows a change of page. No dependencies.

const UNITS = [
  [60, 1, "sec"],
  [3600, 60, "min"],
  [86400, 3600, "hour"],
  [Infinity, 86400, "day"],
];

function ago(then, now) {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  if (seconds < 10) return "just now";
  // Minutes are counted up to two hours: "60 mins ago" says more than "1 hour ago".
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60 && minutes < 120) return `${minutes} mins ago`;
  const [, size, unit] = UNITS.find(([limit]) => seconds < limit);
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

const EXACT = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });

// The server's clock: what it said last, and how long ago that was. The browser's own may be wrong
// by minutes or years, so it is never compared with a moment of the server.
const CLOCK_MINUTES = 10;
let clock = null;
let clockFailed = false;

const serverNow = () => clock && clock.said + (performance.now() - clock.heardAt);

async function askTheTime() {
  try {
    const answer = await fetch("/clock", { cache: "no-store" });
    const said = answer.ok ? Number(await answer.text()) : NaN;
    if (!(said > 0)) throw new Error("not a time");
    clock = { said, heardAt: performance.now() };
  } catch {
    clockFailed = true;
  }
  paintAll();
}

function paint(time) {
  const then = new Date(time.dateTime);
  const known = !Number.isNaN(then.getTime());
  const exact = known ? EXACT.format(then) : "";
  // Without the server's clock the moment itself is said, once it is sure that there is none.
  let words = clockFailed ? exact : "";
  if (known && clock) words = ago(then, serverNow());
  if (time.textContent !== words) time.textContent = words;
  if (known) time.title = exact;
}

// A cool-down: how long it lasts, and meanwhile the button it holds takes no press. Without the
// server's clock none is held: the server refuses what comes too early, in words.
function countDown(time) {
  const seconds = clock ? Math.ceil((new Date(time.dateTime) - serverNow()) / 1000) : 0;
  const over = !(seconds > 0);
  const words = over ? "" : `in ${seconds} second${seconds === 1 ? "" : "s"}`;
  if (time.textContent !== words) time.textContent = words;
  time.parentElement.hidden = over;
  document.getElementById(time.dataset.holds)?.setAttribute("aria-disabled", String(!over));
}

// What was typed into one form of accounts is offered by the next, in this tab
// alone: a reload or a refusal loses nothing. Passwords are never kept.
const REMEMBERED = "[data-remembers] input:not([type='password'], [type='hidden'])[id]";

function remember({ target }) {
  if (target.matches?.(REMEMBERED)) sessionStorage.setItem(`typed:${target.id}`, target.value);
}

const offered = new WeakSet();

function offer(input) {
  if (offered.has(input)) return;
  offered.add(input);
  input.value ||= sessionStorage.getItem(`typed:${input.id}`) ?? "";
}

if (location.hash === "#logged-out") sessionStorage.removeItem("typed:email");
document.addEventListener("change", remember);

// The page on the screen: its path, and the heading that goes with it.
let path = location.pathname;
let heading = null;

// Whatever the page holds now.
function paintAll() {
  if (location.pathname === path) heading = document.querySelector("h1");
  document.querySelectorAll("time.ago").forEach(paint);
  document.querySelectorAll("time.countdown").forEach(countDown);
  document.querySelectorAll(REMEMBERED).forEach(offer);
}

paintAll();
askTheTime();
setInterval(paintAll, 5000);
setInterval(askTheTime, CLOCK_MINUTES * 60_000);
// What measures the time since may have stood still while the computer slept.
document.addEventListener("visibilitychange", () => document.hidden || askTheTime());
window.addEventListener("pageshow", (event) => event.persisted && askTheTime());
window.addEventListener("reconnected", askTheTime);
setInterval(() => document.querySelectorAll("time.countdown").forEach(countDown), 1000);
// Runs before the browser paints, so a new time is never seen without its words.
new MutationObserver(paintAll).observe(document.documentElement, {
  subtree: true,
  childList: true,
  attributes: true,
  attributeFilter: ["datetime"],
});

// A held button keeps its focus and its place, and takes no press.
window.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest?.("[aria-disabled='true']")) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

// What a redirect has to say is read out.
document.querySelector(".shown-when-targeted:target")?.focus();

// Where a person was going survives the log-in form: `?next=`.
document.addEventListener("submit", ({ target }) => {
  if (target.dataset.keepsQuery) target.action = new URL(target.action).pathname + location.search;
});

// The press that sends a form does not leave the field first: what is then said of
// that field would move the button away from under the press.
document.addEventListener("mousedown", (event) => {
  const sends = event.target.closest?.("form button:not([type='button'])");
  // Leaving a combobox closes its list.
  if (sends && document.activeElement.role !== "combobox") event.preventDefault();
});

// A press counts for what it began on, though the page moved meanwhile: what changes by
// itself must not swallow a tick. Whoever moves the pointer off before letting go means no press.
const PRESSED = "a[href], button, input, label, select, summary";
const MOVED_PX = 5;
let press = null;

document.addEventListener(
  "pointerdown",
  ({ target, clientX, clientY, button }) => {
    const on = button === 0 ? target.closest?.(PRESSED) : null;
    press = on && { on, clientX, clientY };
  },
  true,
);

window.addEventListener(
  "click",
  (event) => {
    const began = press;
    press = null;
    // A click without a pointer is one of the keyboard, or of a label on its field.
    if (!began || !event.detail || began.on.contains(event.target)) return;
    const moved = Math.hypot(event.clientX - began.clientX, event.clientY - began.clientY);
    if (moved > MOVED_PX || !began.on.isConnected) return;
    event.preventDefault();
    event.stopPropagation();
    began.on.click();
  },
  true,
);

// A form that leads away is sent once by a double click: the second half would
// take the place of the first, and find that everything has been done.
const DOUBLE_CLICK_MS = 1000;
const sent = new WeakMap();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (performance.now() - (sent.get(form) ?? -Infinity) < DOUBLE_CLICK_MS) event.preventDefault();
  else sent.set(form, performance.now());
});

// Nor does the second half of one send any other form again, which may be gone by then.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("form button:not([type='button'])")) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-opens]");
  if (button) {
    const panel = document.getElementById(button.dataset.opens);
    const open = panel.dataset.open !== "true";
    panel.dataset.open = String(open);
    button.setAttribute("aria-expanded", String(open));
  }
  const jump = event.target.closest("a[href*='#']");
  // Built pages may write their own path with a slash at its end.
  if (jump && jump.pathname.replace(/\/$/, "") === location.pathname.replace(/\/$/, "")) {
    document.getElementById(jump.hash.slice(1))?.focus();
  }
  const shows = event.target.closest("[data-shows-password]");
  if (shows) {
    const input = document.getElementById(shows.dataset.showsPassword);
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    shows.textContent = shown ? "Hide" : "Show";
    shows.setAttribute("aria-pressed", String(shown));
  }
  const copies = event.target.closest("[data-copies]");
  if (copies) {
    const source = document.getElementById(copies.dataset.copies);
    navigator.clipboard.writeText(source.textContent).then(() => {
      copies.textContent = "Copied";
    });
  }
});

// A decision made here leads back to whoever asked for it. While a page still loads it may
// show for a moment what this tab showed last: that decision was led on from before.
new MutationObserver(() => {
  const onward = document.querySelector(
    ".shell[aria-busy='false'] a[data-leads-on]:not([data-led])",
  );
  if (!onward) return;
  onward.dataset.led = "true";
  location.assign(onward.href);
}).observe(document.documentElement, {
  subtree: true,
  childList: true,
  // The decision may be shown before the page has loaded: then the load's end counts.
  attributes: true,
  attributeFilter: ["aria-busy"],
});

// A frame marked `data-fits` is as tall as the page it shows.
document.addEventListener(
  "load",
  (event) => {
    const frame = event.target;
    if (!(frame instanceof HTMLIFrameElement) || !frame.dataset.fits) return;
    const fit = () => {
      const page = frame.contentDocument?.documentElement;
      if (page) frame.style.height = `${Math.ceil(page.getBoundingClientRect().height)}px`;
    };
    // Within the observer's own round a new height would count as a loop.
    new ResizeObserver(() => requestAnimationFrame(fit)).observe(frame);
  },
  true,
);

// A change of page inside the app is announced by moving focus to its heading.
function focusHeading(before, frames) {
  const next = document.querySelector("h1");
  // The page before may still be there for a moment, with a heading about to go.
  if (next === before && frames) requestAnimationFrame(() => focusHeading(before, frames - 1));
  else next?.focus();
}

new MutationObserver(() => {
  if (location.pathname === path) return;
  path = location.pathname;
  const menu = document.querySelector("[data-open='true']");
  if (menu) menu.dataset.open = "false";
  focusHeading(heading, 30);
}).observe(document.head, { childList: true, subtree: true, characterData: true });

// The server asks for the focus by the id of an element (see web/focus.py). What the same answer
// puts on the page may come a moment later; what has gone since is not waited for.
const FOCUS_MS = 1000;
let lastInput = -Infinity;

for (const kind of ["keydown", "pointerdown"]) {
  window.addEventListener(kind, () => (lastInput = performance.now()), true);
}

function moveFocus(id, asked, page) {
  // A person who has moved on since is not called back.
  if (location.pathname !== page || lastInput > asked) return;
  const element = document.getElementById(id);
  element?.focus();
  if (document.activeElement === element || performance.now() - asked > FOCUS_MS) return;
  requestAnimationFrame(() => moveFocus(id, asked, page));
}

new MutationObserver((changes) => {
  const target = changes.find((change) => change.target.id === "focus-target")?.target;
  if (!target) return;
  const [id, asked, page] = [target.value, performance.now(), location.pathname];
  // Until the answer is on the page, an element that is about to go would take the focus.
  requestAnimationFrame(() => moveFocus(id, asked, page));
}).observe(document.documentElement, {
  subtree: true,
  attributes: true,
  attributeFilter: ["value"],
});

// The focus does not fall off the page when what has it goes: the heading nearest to where
// it stood takes it, and the next Tab goes on from there.
let focused = [];

document.addEventListener("focusin", ({ target }) => {
  focused = [];
  for (let element = target; element; element = element.parentElement) focused.push(element);
});

new MutationObserver(() => {
  if (!focused.length || focused[0].isConnected) return;
  const around = focused.filter((element) => element.isConnected);
  focused = [];
  if (document.activeElement !== document.body) return;
  for (const element of around) {
    const nearest = element.querySelector("h1, h2, h3");
    if (!nearest) continue;
    if (!nearest.hasAttribute("tabindex")) nearest.tabIndex = -1;
    nearest.focus({ preventScroll: true });
    return;
  }
}).observe(document.documentElement, { childList: true, subtree: true });

// Few pages have a field that suggests; the others need not load its keys.
document.addEventListener("focusin", (event) => {
  if (event.target.getAttribute?.("role") === "combobox") import("/combobox.js");
});

// A dialog marked `data-modal` opens when it appears; when it goes, the focus
// returns to what opened it. Escape is a press on its own `data-dismisses`.
let opener = null;
new MutationObserver(() => {
  const dialog = document.querySelector("dialog[data-modal]");
  if (dialog && !dialog.open) {
    opener = document.activeElement;
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      dialog.querySelector("[data-dismisses]").click();
    });
    dialog.showModal();
  } else if (!dialog && opener) {
    (opener.isConnected ? opener : document.querySelector("h1"))?.focus();
    opener = null;
  }
}).observe(document.documentElement, { childList: true, subtree: true });

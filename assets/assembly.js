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

function paint(time) {
  const then = new Date(time.dateTime);
  const known = !Number.isNaN(then.getTime());
  const words = known ? ago(then, new Date()) : "";
  if (time.textContent !== words) time.textContent = words;
  if (known) time.title = EXACT.format(then);
}

function paintAll() {
  document.querySelectorAll("time.ago").forEach(paint);
}

setInterval(paintAll, 5000);
// Runs before the browser paints, so a new time is never seen without its words.
new MutationObserver(paintAll).observe(document.documentElement, {
  subtree: true,
  childList: true,
  attributes: true,
  attributeFilter: ["datetime"],
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
  if (jump && jump.pathname === location.pathname) {
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
    new ResizeObserver(fit).observe(frame);
  },
  true,
);

// A change of page inside the app is announced by moving focus to its heading.
let path = location.pathname;
new MutationObserver(() => {
  if (location.pathname === path) return;
  path = location.pathname;
  const menu = document.querySelector("[data-open='true']");
  if (menu) menu.dataset.open = "false";
  requestAnimationFrame(() => document.querySelector("h1")?.focus());
}).observe(document.head, { childList: true, subtree: true, characterData: true });

// The combobox of components/combobox.py, after the ARIA 1.2 pattern: what
// happens in the field between two answers of the server. Loaded by assembly.js
// when the first one gets the focus.

const GAP = 40; // ms between two questions to the server while someone types
const PAUSE = 1000; // ms of quiet before screen readers are told of the suggestions

const isCombobox = (node) => node?.getAttribute?.("role") === "combobox";
const watched = new WeakSet();
let asked = 0;
let asking;
let telling;

function partsOf(input) {
  const root = input.closest(".combobox");
  const list = root.querySelector("[role='listbox']");
  return {
    root,
    list,
    popup: root.querySelector(".popup"),
    says: root.querySelector(".popup-says"),
    status: root.querySelector("[role='status']"),
    options: [...list.children],
  };
}

const activeOf = (input) =>
  partsOf(input).options.find((option) => option.getAttribute("aria-selected") === "true");

function activate(input, option) {
  for (const other of partsOf(input).options) {
    other.setAttribute("aria-selected", String(other === option));
  }
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    input.removeAttribute("aria-activedescendant");
  }
}

function show(input, wanted) {
  const { popup, options } = partsOf(input);
  const open = wanted && input.value.trim() !== "" && popup.textContent !== "";
  popup.hidden = !open;
  input.setAttribute("aria-expanded", String(open && options.length > 0));
  if (!open) activate(input, null);
}

const isOpen = (input) => !partsOf(input).popup.hidden;

function tell(input, words, wait) {
  clearTimeout(telling);
  const { status } = partsOf(input);
  // Emptied first, so that the same words twice are read twice.
  status.textContent = "";
  telling = setTimeout(() => (status.textContent = words()), wait);
}

function choose(input, option) {
  const { label } = option.dataset;
  clearTimeout(asking);
  if (label) {
    input.value = label;
    tell(input, () => `${label} chosen`, 50);
  }
  show(input, false);
}

function watch(input) {
  const { root, list, says } = partsOf(input);
  if (watched.has(root)) return;
  watched.add(root);
  new MutationObserver(() => {
    activate(input, null);
    if (document.activeElement !== input) return;
    show(input, list.dataset.asked !== "");
    if (isOpen(input)) tell(input, () => says.textContent, PAUSE);
  }).observe(list, { childList: true, attributes: true, attributeFilter: ["data-asked"] });
}

function move(input, step) {
  const { options } = partsOf(input);
  const at = options.indexOf(activeOf(input));
  const next = at < 0 && step < 0 ? options.length - 1 : at + step;
  // Beyond either end lies the field itself.
  activate(input, options[next] ?? null);
}

const KEYS = {
  ArrowDown(input) {
    if (!isOpen(input)) show(input, true);
    move(input, 1);
  },
  ArrowUp(input) {
    if (!isOpen(input)) show(input, true);
    move(input, -1);
  },
  Home(input) {
    if (!activeOf(input)) return false;
    activate(input, partsOf(input).options[0]);
  },
  End(input) {
    if (!activeOf(input)) return false;
    activate(input, partsOf(input).options.at(-1));
  },
  Enter(input) {
    const option = isOpen(input) && activeOf(input);
    if (option) option.click();
    show(input, false);
    return Boolean(option);
  },
  Escape(input) {
    if (isOpen(input)) show(input, false);
    else if (input.value) partsOf(input).root.querySelector("[data-clears]").click();
    else return false;
  },
  Tab(input) {
    // As in a drop-down list, what one has moved to is chosen by moving on.
    const option = isOpen(input) && activeOf(input);
    if (option) option.click();
    show(input, false);
    return false;
  },
};

document.addEventListener("keydown", (event) => {
  const input = event.target;
  const known = Object.hasOwn(KEYS, event.key) && !event.ctrlKey && !event.metaKey;
  if (!isCombobox(input) || !known || event.isComposing) return;
  if (KEYS[event.key](input) !== false) event.preventDefault();
});

// The first letter asks at once; quick ones after it ask together.
document.addEventListener(
  "input",
  (event) => {
    const input = event.target;
    if (!isCombobox(input)) return;
    activate(input, null);
    // An answer that is here already will not come, and change the list, again.
    show(input, input.value.trim() === partsOf(input).list.dataset.asked || isOpen(input));
    clearTimeout(asking);
    const wait = asked + GAP - performance.now();
    if (wait <= 0) {
      asked = performance.now();
      return;
    }
    event.stopImmediatePropagation();
    asking = setTimeout(() => input.dispatchEvent(new Event("input", { bubbles: true })), wait);
  },
  true,
);

// A press on the list must not take the focus from the field.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest?.(".combobox .popup")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const root = event.target.closest?.(".combobox");
  if (!root) return;
  const input = root.querySelector("[role='combobox']");
  const option = event.target.closest("[role='option']");
  if (option) choose(input, option);
  if (event.target === input && partsOf(input).list.dataset.asked) show(input, true);
  if (event.target.closest("[data-clears]")) {
    clearTimeout(asking);
    input.value = "";
    show(input, false);
    tell(input, () => "Cleared", 50);
    input.focus();
  }
});

document.addEventListener("focusin", (event) => {
  if (isCombobox(event.target)) watch(event.target);
});

document.addEventListener("focusout", (event) => {
  if (!isCombobox(event.target)) return;
  if (!partsOf(event.target).root.contains(event.relatedTarget)) show(event.target, false);
});

if (isCombobox(document.activeElement)) watch(document.activeElement);

// 长辈模式: letters from 18 to 30 points, and reading aloud by itself.
import { read, write } from "./store.js";
import { WORDS } from "./words.js";

const SIZE_KEY = "dianda.elder_pt";
const READ_KEY = "dianda.elder_autoread";
const SMALLEST = 18;
const LARGEST = 30;
const STEP = 2;

export function setUpTextSize() {
  const buttons = { "-1": document.getElementById("smaller"), 1: document.getElementById("larger") };
  let size = Math.min(LARGEST, Math.max(SMALLEST, Number(read(SIZE_KEY)) || SMALLEST));
  const apply = () => {
    document.documentElement.style.setProperty("--t", `${size}pt`);
    // Not `disabled`: a button that goes dead under the finger also drops the keyboard's focus.
    buttons["-1"].setAttribute("aria-disabled", String(size === SMALLEST));
    buttons[1].setAttribute("aria-disabled", String(size === LARGEST));
  };
  for (const [direction, node] of Object.entries(buttons)) {
    node.addEventListener("click", () => {
      size = Math.min(LARGEST, Math.max(SMALLEST, size + STEP * Number(direction)));
      write(SIZE_KEY, String(size));
      apply();
      dispatchEvent(new Event("resize")); // the input field measures itself anew
    });
  }
  apply();
  // The standard words would break into two lines at the largest letters.
  document.getElementById("say").placeholder = WORDS.elderPlaceholder;
}

/** Returns a function that tells whether new answers are to be read aloud. Off until asked for: sound must not startle. */
export function setUpAutoRead(speaker) {
  const nodes = document.querySelectorAll(".toggle"); // on the first screen and in the chip row, or in a wide header
  let on = read(READ_KEY) === "on";
  const show = () => {
    for (const node of nodes) {
      node.setAttribute("aria-pressed", String(on));
      node.textContent = on ? WORDS.autoreadOn : WORDS.autoreadOff;
    }
  };
  const turn = () => {
    on = !on;
    write(READ_KEY, on ? "on" : null);
    if (!on) speaker.stop();
    show();
  };
  for (const node of nodes) node.addEventListener("click", turn);
  show();
  return () => on;
}

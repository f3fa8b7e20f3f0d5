// A key held down repeats; a shortcut that it presses shall count once. Nothing is taken from a text field,
// and keys that scroll or belong to the browser repeat as ever.
function dropRepeats(event) {
  const isShortcut = event.key === "Enter" || (event.key.length === 1 && event.key !== " ");
  const isWriting = event.target.matches?.("input, textarea, [contenteditable]");
  if (!event.repeat || !isShortcut || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  event.stopImmediatePropagation();
  event.preventDefault();
}

export default function () {
  window.addEventListener("keydown", dropRepeats, { capture: true }); // the same listener again is no second
  return () => window.removeEventListener("keydown", dropRepeats, { capture: true });
}

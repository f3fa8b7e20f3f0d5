// Streamlit writes a choice into the address in place of the one before, so that Back leaves the page. Here a
// choice of the reader's becomes a step of the browser's history; Streamlit reads the address on the way back.
const CHOICE_MS = 300;

function listen() {
  const replace = history.replaceState.bind(history);
  const steps = { base: "", chosen: -Infinity };
  const notice = (event) => {
    const isElsewhere = event.target.closest?.("a[href], [data-testid=stSidebar]");
    steps.chosen = isElsewhere ? -Infinity : performance.now();
  };
  for (const name of ["pointerdown", "click", "keydown", "focusout"]) {
    window.addEventListener(name, notice, { capture: true });
  }
  window.addEventListener("popstate", () => (steps.chosen = -Infinity), { capture: true });
  history.replaceState = (state, title, url) => {
    const to = new URL(url ?? location.href, location.href);
    const isChoice = performance.now() - steps.chosen < CHOICE_MS;
    if (!isChoice || to.pathname !== location.pathname || to.search === location.search) {
      replace(state, title, url);
      return;
    }
    if (!location.search && steps.base) replace(history.state, "", location.pathname + steps.base);
    history.pushState(state, title, url);
  };
  return steps;
}

export default function ({ data }) {
  window.evenhandSteps ??= listen(); // once a window, however often a page is drawn
  window.evenhandSteps.base = data.base; // what an address without a choice stands for
}

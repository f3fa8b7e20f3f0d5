// Draws the markup of `ui.components.board_markup`. Python has escaped every text in it; this looks at it
// again before it stands on the page, and draws nothing if anything but a plain table is in it.
const ELEMENTS = new Set(["a", "b", "div", "i", "span", "table", "tbody", "td", "th", "thead", "tr"]);
const ATTRIBUTES = {
  "aria-label": /^/,
  class: /^[a-z -]*$/,
  href: /^\.\//,
  role: /^img$/,
  scope: /^row$/,
  style: /^(left|width):[\d.]+%(;width:[\d.]+%)?$/,
  title: /^/,
};

function isPlain(element) {
  if (!ELEMENTS.has(element.localName)) return false;
  for (const { name, value } of element.attributes) {
    if (!Object.hasOwn(ATTRIBUTES, name) || !ATTRIBUTES[name].test(value)) return false;
  }
  return true;
}

export default function ({ data, parentElement }) {
  const parsed = document.createElement("template");
  parsed.innerHTML = data.markup;
  for (const element of parsed.content.querySelectorAll("*")) {
    if (!isPlain(element)) throw new Error("The table holds what no table of ours holds.");
  }
  const place = parentElement.querySelector(":scope > .eh-scroll"); // beside it Streamlit keeps the style
  if (place) place.replaceWith(parsed.content);
  else parentElement.append(parsed.content);
}

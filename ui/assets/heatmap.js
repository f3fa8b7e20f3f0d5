// Draws the heat map of `ui.components.board_heatmap`: a table whose cells are links. Texts are set as texts.
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function coloursOf(parent, name) {
  const hexes = getComputedStyle(parent).getPropertyValue(name).split(",");
  return hexes.map((hex) => [1, 3, 5].map((at) => parseInt(hex.trim().slice(at, at + 2), 16)));
}

function colourAt(colours, share) {
  const place = share * (colours.length - 1);
  const index = Math.min(Math.floor(place), colours.length - 2);
  const mix = (part) => Math.round(colours[index][part] + (place - index) * (colours[index + 1][part] - colours[index][part]));
  return `rgb(${mix(0)},${mix(1)},${mix(2)})`;
}

function percent(share, digits) {
  return share === null ? "\u2013" : `${(100 * share).toFixed(digits)}\u00a0%`;
}

function key(data, colours, most) {
  const legend = make("div", "eh-heat-key");
  legend.setAttribute("aria-hidden", "true");
  const bar = make("i");
  bar.style.backgroundImage = `linear-gradient(to right, ${colours.map((one) => `rgb(${one})`)})`;
  const ends = make("div");
  const middle = data.figure === "matches" ? Math.round(most / 2).toLocaleString("en") : "50%";
  ends.append(make("span", "", data.figure === "matches" ? "0" : "0%"), make("span", "", middle));
  ends.append(make("span", "", data.figure === "matches" ? most.toLocaleString("en") : "100%"));
  legend.append(make("span", "", data.title), bar, ends);
  return legend;
}

function head(data) {
  const top = document.createElement("thead");
  const row = top.appendChild(document.createElement("tr"));
  row.append(make("td"));
  for (const name of data.names) {
    const cell = row.appendChild(make("th"));
    cell.scope = "col";
    cell.append(make("span", "", name));
    cell.title = name;
  }
  return top;
}

function link(data, cell, colour, isStrong) {
  const [row, column, won, predicted, n] = cell;
  const matches = `${n.toLocaleString("en")} ${n === 1 ? "match" : "matches"}`;
  const figures = `won ${percent(won, 1)}, predicted ${percent(predicted, 1)}, ${matches}`;
  const anchor = make("a");
  anchor.href = data.base + data.parts[row] + data.parts[column];
  anchor.setAttribute("aria-label", `${data.names[row]} against ${data.names[column]}: ${figures}`);
  anchor.tabIndex = -1;
  anchor.style.backgroundColor = colour;
  if (data.labelled) {
    const isCount = data.figure === "matches";
    const value = { won, predicted, matches: n }[data.figure];
    anchor.append(make("b", isStrong ? "eh-heat-strong" : "", isCount ? n.toLocaleString("en") : percent(value, 0)));
    if (!isCount) anchor.append(make("span", isStrong ? "eh-heat-strong" : "", `n ${n.toLocaleString("en")}`));
  }
  return anchor;
}

function body(data, colours, most) {
  const rows = data.names.map((name) => {
    const row = document.createElement("tr");
    const cell = row.appendChild(make("th", "", name));
    cell.scope = "row";
    cell.title = name;
    for (let column = 0; column < data.names.length; column += 1) row.append(document.createElement("td"));
    return row;
  });
  for (const cell of data.cells) {
    const value = data.figure === "matches" ? cell[4] / most : cell[data.figure === "won" ? 2 : 3];
    const isStrong = value !== null && (data.figure === "matches" ? value > 0.5 : Math.abs(value - 0.5) > 0.27);
    const colour = value === null ? "transparent" : colourAt(colours, value);
    rows[cell[0]].cells[cell[1] + 1].append(link(data, cell, colour, isStrong));
  }
  const all = document.createElement("tbody");
  all.append(...rows);
  return all;
}

function fillTip(tip, data, anchor) {
  const cell = anchor.parentElement;
  const [row, column] = [cell.parentElement.sectionRowIndex, cell.cellIndex - 1];
  const found = data.cells.find((one) => one[0] === row && one[1] === column);
  const pairs = [["Row", data.names[row]], ["Column", data.names[column]], ["Row won", percent(found[2], 1)]];
  pairs.push(["Chance that the row wins", percent(found[3], 1)], ["Matches", found[4].toLocaleString("en")]);
  tip.replaceChildren(...pairs.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
  tip.hidden = false;
  const [frame, place] = [tip.parentElement.getBoundingClientRect(), anchor.getBoundingClientRect()];
  const left = place.left - frame.left + place.width / 2;
  tip.style.left = `${Math.max(0, Math.min(left - tip.offsetWidth / 2, frame.width - tip.offsetWidth))}px`;
  tip.style.top = `${place.top - frame.top - tip.offsetHeight - 6}px`;
}

function listen(frame, table, tip, data) {
  const show = (event) => (event.target.closest("a") ? fillTip(tip, data, event.target.closest("a")) : hide());
  const hide = () => { tip.hidden = true; };
  table.addEventListener("pointerover", show);
  table.addEventListener("focusin", show);
  table.addEventListener("focusout", hide);
  frame.addEventListener("pointerleave", hide);
  table.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key];
    const cell = event.target.parentElement;
    if (!step || !(cell instanceof HTMLTableCellElement)) return;
    event.preventDefault();
    let [row, column] = [cell.parentElement.sectionRowIndex, cell.cellIndex];
    const rows = table.tBodies[0].rows;
    do {
      row += step[0];
      column += step[1];
    } while (rows[row]?.cells[column] && !rows[row].cells[column].firstElementChild);
    const next = rows[row]?.cells[column]?.querySelector("a");
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

export default function ({ data, parentElement }) {
  const most = Math.max(1, ...data.cells.map((cell) => cell[4]));
  const scale = data.figure === "matches" ? "--st-chart-sequential-colors" : "--st-chart-diverging-colors";
  const colours = coloursOf(parentElement, scale);
  const frame = make("div", `eh-heat${data.labelled ? " eh-heat-labelled" : ""}`);
  const table = make("table");
  table.setAttribute("aria-label", data.words);
  table.append(head(data), body(data, colours, most));
  const first = table.querySelector("a");
  if (first) first.tabIndex = 0;
  const tip = make("dl", "eh-heat-tip");
  tip.setAttribute("aria-hidden", "true");
  tip.hidden = true;
  const longest = Math.max(...data.names.map((name) => name.length));
  const room = Math.min(118, 14 + 6.2 * longest);
  frame.style.setProperty("--eh-heat-names", `${room}px`);
  frame.style.setProperty("--eh-heat-top", `${data.labelled ? 16 + 0.6 * room : room}px`);
  frame.append(key(data, colours, most), table, tip);
  listen(frame, table, tip, data);
  const last = parentElement.querySelector(":scope > .eh-heat"); // beside it Streamlit keeps the style
  if (last) last.replaceWith(frame);
  else parentElement.append(frame);
}

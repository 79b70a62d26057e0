// The page: what is shown is told by its address, #zoom=CALL&search=TEXT&order=flame&side=before.

const row = 19;
const least = 0.4; // pixels: what is narrower is not drawn, nor what it calls
const element = (id) => document.getElementById(id);
const canvas = element("flame"), view = element("view");
const profile = readProfile(element("profile").textContent), calls = profile.calls;
const state = { zoom: 0, search: "", order: "icicle", side: "now" };
let side = 0, found = null, drawn = [], selected = -1, look = null;

function shareOf(call, which) {
  const whole = calls.total[which][0];
  return whole === 0 ? 0 : calls.total[which][call] / whole;
}

function readLook() {
  const style = getComputedStyle(document.documentElement);
  const text = (name) => style.getPropertyValue(`--${name}`).trim();
  const number = (name) => Number(text(name));
  look = { ink: text("ink"), page: text("page"), edge: text("edge"), hues: {} };
  for (const name of ["lightness", "strong", "neutral", "spread"]) look[name] = number(name);
  for (const name of [...kinds, "grown", "shrunk", "found"]) look.hues[name] = text(name).split(" ");
  look.spreads = profile.names.map(([name]) => {
    let sum = 0;
    for (let at = 0; at < name.length; at++) sum = (sum * 31 + name.charCodeAt(at)) % 9973;
    return ((sum * 7919) % 9973 / 9973) * look.spread;
  });
  let most = 0;
  for (let call = 1; profile.sides === 2 && call < calls.count; call++)
    most = Math.max(most, Math.abs(shareOf(call, 0) - shareOf(call, 1)));
  look.mostChange = most || 1;
}

function colour([hue, saturation], lightness) {
  return `hsl(${hue} ${saturation}% ${lightness}%)`;
}

function colourOf(call) {
  const name = calls.name[call];
  if (found && found[name]) return colour(look.hues.found, look.strong);
  if (profile.sides === 1)
    return colour(look.hues[kinds[profile.names[name][1]]], look.lightness + look.spreads[name]);
  const change = (shareOf(call, 0) - shareOf(call, 1)) / look.mostChange;
  if (change === 0) return colour(look.hues.root, look.neutral);
  const strength = Math.sqrt(Math.abs(change));
  return colour(look.hues[change < 0 ? "shrunk" : "grown"],
                look.neutral + (look.strong - look.neutral) * strength);
}

// The calls that have a place on the page, with their left edges and widths.
function placed(width) {
  const total = calls.total[side];
  const scale = total[state.zoom] === 0 ? 0 : width / total[state.zoom];
  const places = [];
  for (let call = 0; call < calls.count;) {
    const isAbove = isWithin(calls, state.zoom, call);
    const isBelow = isWithin(calls, call, state.zoom);
    const wide = isAbove ? width : total[call] * scale;
    if ((isAbove || isBelow) && wide >= least) {
      const left = isAbove ? 0 : (calls.begin[call] - calls.begin[state.zoom]) * scale;
      places.push({ call, left, wide, depth: calls.depth[call] });
      call++;
    } else {
      call = calls.next[call];
    }
  }
  return places;
}

function fitText(context, text, room) {
  const most = Math.floor(room / 5);
  let fitting = text.length > most ? text.slice(0, most) : text;
  while (fitting !== "" && context.measureText(fitting + (fitting === text ? "" : "…")).width > room)
    fitting = fitting.slice(0, Math.min(fitting.length - 1, Math.floor(fitting.length * 0.9)));
  return fitting === text || fitting === "" ? fitting : fitting + "…";
}

function drawCall(context, { call, left, wide, top }) {
  const gap = wide > 3 ? 1 : 0;
  context.fillStyle = colourOf(call);
  context.fillRect(left, top, wide - gap, row - 1);
  if (call === selected) {
    context.strokeStyle = look.ink;
    context.strokeRect(left + 1, top + 1, Math.max(wide - gap - 2, 1), row - 3);
  }
  if (wide < 24) return;
  context.fillStyle = look.ink;
  context.fillText(fitText(context, profile.names[calls.name[call]][0], wide - 8), left + 4, top + 13);
}

function draw() {
  const width = view.clientWidth, height = view.clientHeight, ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const places = placed(width);
  const deepest = places.reduce((most, place) => Math.max(most, place.depth), 0);
  const rows = (deepest + 1) * row, isFlame = state.order === "flame";
  element("rows").style.height = `${Math.max(rows, height)}px`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.font = "12px system-ui, sans-serif";
  const floor = Math.max(rows, height);
  drawn = [];
  for (const place of places) {
    place.top = (isFlame ? floor - (place.depth + 1) * row : place.depth * row) - view.scrollTop;
    drawn.push(place);
    if (place.top > -row && place.top < height) drawCall(context, place);
  }
  element("status").textContent = `${drawn.length} of ${calls.count} calls drawn`;
}

function describe(call) {
  const details = element("details");
  if (call < 0) return (details.textContent = "");
  const [name, , module, file] = profile.names[calls.name[call]];
  const line = calls.line[call];
  const place = line === 0 ? file : `${file}:${Math.abs(line)}${line < 0 ? " and other lines" : ""}`;
  const values = (which) => {
    const total = calls.total[which][call];
    return `${showValue(total, profile.unit)}, ${showShare(total, calls.total[which][0])}`;
  };
  const parts = [name, module, place, values(0)].filter((part) => part !== "");
  if (profile.sides === 2) {
    const change = (shareOf(call, 0) - shareOf(call, 1)) * 100;
    parts.push(`before: ${values(1)}`, `change: ${change < 0 ? "" : "+"}${change.toFixed(2)} points`);
  } else if (calls.self[0][call] !== calls.total[0][call] && calls.self[0][call] !== 0) {
    parts.push(`itself: ${showValue(calls.self[0][call], profile.unit)}`);
  }
  if (state.zoom > 0 && call >= state.zoom)
    parts.push(`${showShare(calls.total[side][call], calls.total[side][state.zoom])} of what is shown`);
  details.textContent = parts.join("  ·  ");
}

function describeFound() {
  const whole = calls.total[side][0];
  const sum = found === null ? 0 : valueFound(calls, found, side);
  element("found").textContent = found === null
    ? "" : `${showShare(sum, whole)} found, ${showValue(sum, profile.unit)}`;
}

// Makes the page as its address says.
function apply() {
  const told = new URLSearchParams(location.hash.slice(1));
  const zoom = Number(told.get("zoom") ?? 0);
  state.zoom = Number.isInteger(zoom) && zoom > 0 && zoom < calls.count ? zoom : 0;
  state.search = told.get("search") ?? "";
  state.order = told.get("order") === "flame" ? "flame" : "icicle";
  state.side = told.get("side") === "before" && profile.sides === 2 ? "before" : "now";
  side = state.side === "before" ? 1 : 0;
  layOut(calls, side);
  found = findNames(profile, state.search);
  if (element("search").value !== state.search) element("search").value = state.search;
  element("order").textContent = state.order === "flame" ? "Roots at the top" : "Roots at the bottom";
  element("side").textContent = side === 1 ? "Widths of the profile" : "Widths of the one before";
  draw();
  describeFound();
  describe(selected);
}

function go(changes) {
  const next = { ...state, ...changes };
  const address = new URLSearchParams();
  if (next.zoom !== 0) address.set("zoom", next.zoom);
  if (next.search !== "") address.set("search", next.search);
  if (next.order !== "icicle") address.set("order", next.order);
  if (next.side !== "now") address.set("side", next.side);
  const isStep = next.zoom !== state.zoom; // for the button that goes back
  history[isStep ? "pushState" : "replaceState"](null, "", `#${address}`);
  apply();
  if (changes.order === "flame") view.scrollTop = view.scrollHeight;
}

function select(call) {
  selected = call;
  const place = drawn.find((each) => each.call === call);
  if (place && (place.top < 0 || place.top + row > view.clientHeight))
    view.scrollTop += place.top - view.clientHeight / 2;
  draw();
  describe(call);
}

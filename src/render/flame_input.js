// What people do to the page.

function callAt(event) {
  const { left, top } = canvas.getBoundingClientRect();
  const x = event.clientX - left, y = event.clientY - top;
  const place = drawn.find((each) =>
    x >= each.left && x < each.left + each.wide && y >= each.top && y < each.top + row);
  return place ? place.call : -1;
}

// The nearest drawn call in a direction of the tree; the same where there is none.
function neighbour(call, direction) {
  if (call < 0) return state.zoom;
  const parent = calls.parent[call];
  if (direction === "out") return parent < 0 ? call : parent;
  const near = drawn.map((place) => place.call).filter((other) =>
    direction === "in" ? calls.parent[other] === call : calls.parent[other] === parent);
  const at = near.indexOf(call);
  return near[direction === "before" ? at - 1 : direction === "in" ? 0 : at + 1] ?? call;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isFlame = state.order === "flame";
  const turns = { ArrowUp: isFlame ? "in" : "out", ArrowDown: isFlame ? "out" : "in",
                  ArrowLeft: "before", ArrowRight: "behind" };
  if (event.key === "Escape") {
    go({ zoom: 0, search: "" });
  } else if (event.target === element("search")) {
    return;
  } else if (event.key === "/") {
    element("search").focus();
  } else if (event.key === "o") {
    element("order").click();
  } else if (event.key === "b") {
    element("side").click();
  } else if (event.target !== canvas) {
    return;
  } else if (event.key in turns) {
    select(neighbour(selected, turns[event.key]));
  } else if (event.key === "Enter" && selected >= 0) {
    go({ zoom: selected });
  } else {
    return;
  }
  event.preventDefault();
}

function legend() {
  const entry = (name, hue, text) => {
    const item = document.createElement("li"), square = document.createElement("i");
    square.style.background = colour(look.hues[hue], look.lightness);
    item.append(square, text);
    return item;
  };
  const used = new Set(profile.names.map(([, kind]) => kinds[kind]));
  const shown = profile.sides === 2
    ? [["grown", "grown"], ["shrunk", "shrunk"]]
    : [["python", "Python"], ["jit", "made at run time"], ["user", "native"], ["kernel", "kernel"],
       ["note", "incomplete"]].filter(([kind]) => used.has(kind));
  element("legend").replaceChildren(...shown.map(([hue, text]) => entry(hue, hue, text)));
}

function listen() {
  canvas.addEventListener("mousemove", (event) => {
    const call = callAt(event);
    canvas.style.cursor = call < 0 ? "default" : "pointer";
    describe(call < 0 ? selected : call);
  });
  canvas.addEventListener("mouseleave", () => describe(selected));
  canvas.addEventListener("click", (event) => {
    const call = callAt(event);
    if (call < 0) return;
    selected = call;
    go({ zoom: call });
  });
  element("search").addEventListener("input", (event) => go({ search: event.target.value }));
  element("whole").addEventListener("click", () => go({ zoom: 0, search: "" }));
  element("order").addEventListener("click", () =>
    go({ order: state.order === "flame" ? "icicle" : "flame" }));
  element("side").addEventListener("click", () => go({ side: side === 1 ? "now" : "before" }));
  document.addEventListener("keydown", onKey);
  view.addEventListener("scroll", draw);
  addEventListener("resize", draw);
  addEventListener("hashchange", apply);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => begin());
}

function begin() {
  readLook();
  legend();
  apply();
}

document.title = element("title").textContent = profile.before === null
  ? profile.title || "profile"
  : `${profile.title || "profile"}, compared with ${profile.before || "the one before"}`;
element("side").hidden = profile.sides === 1;
listen();
begin();

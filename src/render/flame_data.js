"use strict";
// The profile of this page. Calls are in preorder, so those of a subtree are next to each other; each
// fact of a call is an array by its number. Values are [of the profile, of the one before it].

const kinds = ["root", "note", "kernel", "user", "python", "jit"];

function readProfile(text) {
  const profile = JSON.parse(text);
  const sides = profile.before === null ? 1 : 2;
  const stride = 3 + sides;
  const count = profile.calls.length / stride;
  const calls = {
    count,
    depth: new Uint32Array(count),
    name: new Uint32Array(count),
    line: new Float64Array(count), // below 0: most of it, and there are others
    parent: new Int32Array(count).fill(-1),
    next: new Uint32Array(count), // the call behind all that this one calls
    self: [new Float64Array(count), new Float64Array(count)],
    total: [new Float64Array(count), new Float64Array(count)],
    begin: new Float64Array(count),
    deepest: 0,
  };
  for (let call = 0; call < count; call++) {
    const [depth, name, line, ...self] = profile.calls.slice(call * stride, (call + 1) * stride);
    calls.depth[call] = depth;
    calls.name[call] = name;
    calls.line[call] = line;
    self.forEach((value, side) => (calls.self[side][call] = value));
    calls.deepest = Math.max(calls.deepest, depth);
  }
  connect(calls);
  return { ...profile, calls, sides };
}

function connect(calls) {
  const above = [];
  for (let call = 0; call < calls.count; call++) {
    const depth = calls.depth[call];
    if (depth > 0) calls.parent[call] = above[depth - 1];
    above[depth] = call;
  }
  for (let call = calls.count - 1; call >= 0; call--) {
    calls.next[call] = Math.max(calls.next[call], call + 1);
    const parent = calls.parent[call];
    for (const side of [0, 1]) {
      calls.total[side][call] += calls.self[side][call];
      if (parent >= 0) calls.total[side][parent] += calls.total[side][call];
    }
    if (parent >= 0) calls.next[parent] = Math.max(calls.next[parent], calls.next[call]);
  }
}

// Where calls begin, in values of one side.
function layOut(calls, side) {
  const used = new Float64Array(calls.count);
  for (let call = 1; call < calls.count; call++) {
    const parent = calls.parent[call];
    calls.begin[call] = calls.begin[parent] + used[parent];
    used[parent] += calls.total[side][call];
  }
}

function isWithin(calls, call, above) {
  return above <= call && call < calls.next[above];
}

// For each name whether it has the text, in upper or lower case; null: nothing is looked for.
function findNames(profile, text) {
  if (text === "") return null;
  const wanted = text.toLowerCase();
  return profile.names.map(([name, , module, file]) =>
    [name, module, file].some((part) => part.toLowerCase().includes(wanted)));
}

// What is in calls that were found, and not twice what is in one within another.
function valueFound(calls, found, side) {
  let sum = 0;
  for (let call = 0; call < calls.count;) {
    const is = found[calls.name[call]];
    if (is) sum += calls.total[side][call];
    call = is ? calls.next[call] : call + 1;
  }
  return sum;
}

function scaled(value, names, factor) {
  let unit = 0;
  for (; unit + 1 < names.length && value >= factor * 0.9995; unit++) value /= factor;
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return value.toFixed(digits) + names[unit];
}

function showValue(value, unit) {
  if (unit === "ns") return scaled(value, ["ns", "us", "ms", "s"], 1000);
  if (unit === "bytes") return scaled(value, ["B", "KiB", "MiB", "GiB"], 1024);
  return `${value.toLocaleString("en-US")} ${unit}`;
}

function showShare(part, whole) {
  const percent = whole === 0 ? 0 : (part / whole) * 100;
  return `${percent.toFixed(percent >= 9.95 || percent === 0 ? 1 : 2)} %`;
}

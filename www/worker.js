// The machine's turn, off the page's thread: takes {puzzle}, tells {progress: 0..1} as it goes, then {numbers} or
// {failed: reason}. It is stopped by terminating it. Knows neither the collector nor the token.

// Beside this script, wherever that came from: on a page of another origin the worker itself has no address of ours.
const WORK = new URL("{{asset:work.wasm}}", import.meta.url);
// The module asks for one thing that wasm-bindgen adds to every module, and that only modules which hold objects call.
const IMPORTS = { "./work_bg.js": { __wbindgen_init_externref_table() {} } };
// Hashes between two looks at the clock, and milliseconds between two words about progress.
const STRIDE = 16;
const PROGRESS_MS = 100;

const load = async () => {
  if (typeof WebAssembly === "undefined") throw new Error("this browser has no WebAssembly");
  const response = await fetch(WORK);
  if (!response.ok) throw new Error(`the collector answered ${response.status} for ${WORK}`);
  const { instance } = await WebAssembly.instantiate(await response.arrayBuffer(), IMPORTS);
  return instance.exports;
};

// Share of the expected work that is done: found numbers count whole, the one being looked for by how likely it would
// have been found by now. It never goes back and reaches 1 only at the end.
const share = (found, tried, puzzle) => {
  const likely = 1 - (1 - puzzle.threshold / 2 ** 32) ** tried;
  return (found + likely) / puzzle.solutions;
};

const solve = (work, puzzle) => {
  const salt = puzzle.salt.match(/../g)?.length === 16 && puzzle.salt.match(/.{8}/g).map((part) => parseInt(part, 16));
  if (!salt || !work.begin(puzzle.memory_kib, puzzle.passes, puzzle.threshold, ...salt)) {
    throw new Error("the puzzle is not one of those this worker knows");
  }
  const numbers = [];
  let told = performance.now();
  postMessage({ progress: 0 });
  for (let at = 0; at < puzzle.solutions; at++) {
    let found = -1;
    for (let from = 0; found < 0; from += STRIDE) {
      if (from > 2 ** 32 - STRIDE) throw new Error("no number solves this puzzle");
      found = work.find(at, from, STRIDE);
      const now = performance.now();
      if (found < 0 && now - told >= PROGRESS_MS) {
        told = now;
        postMessage({ progress: share(at, from + STRIDE, puzzle) });
      }
    }
    numbers.push(found);
  }
  postMessage({ progress: 1 });
  return numbers;
};

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ numbers: solve(await load(), data.puzzle) });
  } catch (error) {
    postMessage({ failed: String(error?.message ?? error) });
  }
});

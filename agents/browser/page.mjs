/** The page in Chromium that runs an agent; src/engines/browser-chromium.ts calls these two functions. */
let answerRequest;

globalThis.openAgent = async (agent, description) => {
  const { start } = await import(`./${agent}`);
  answerRequest = await start({
    name: "chromium",
    load: (name) => import(name),
    url: (path) => new URL(`../modules/${path}`, import.meta.url).href,
    version: async (name) => (await fetchFile(`../modules/${name}/package.json`)).json().then(({ version }) => version),
    read: async (path) => new Uint8Array(await (await fetchFile(path)).arrayBuffer()),
    stopwatch,
    describe: () => description,
  });
};

globalThis.answer = (request) => answerRequest(request);

/** A page does not learn whether it lost the core. */
function stopwatch() {
  let started = 0;
  return {
    start() {
      started = performance.now();
    },
    stop: () => performance.now() - started,
  };
}

async function fetchFile(path) {
  const response = await fetch(new URL(path, import.meta.url));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

/** A progress bar with rate and time left on a terminal; a line now and then where stderr is not one. */
import { SingleBar } from "cli-progress";

interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

/** What a job tells while it runs: the stage that begins, and how much of it is done. */
export interface Watch {
  onStage(label: string, total: number): void;
  onProgress(done: number, note?: string): void;
}

/** Shows one stage after the other while `work` runs; nothing is left on the screen when it ends, or throws. */
export async function withProgress<T>(work: (watch: Watch) => Promise<T>): Promise<T> {
  let progress: Progress | undefined;
  try {
    return await work({
      onStage(label, total) {
        progress?.stop();
        progress = createProgress(label, total);
      },
      onProgress: (done, note) => progress?.update(done, note),
    });
  } finally {
    progress?.stop();
  }
}

/** For a job of a single stage that tells its total each time. */
export function oneStage(label: string, watch: Watch): (done: number, total: number, note: string) => void {
  let hasBegun = false;
  return (done, total, note) => {
    if (!hasBegun) watch.onStage(label, total);
    hasBegun = true;
    watch.onProgress(done, note);
  };
}

/** Seconds between lines where there is no terminal. Choice. */
const lineEverySeconds = 15;

function createProgress(label: string, total: number): Progress {
  return process.stderr.isTTY ? bar(label, total) : lines(label, total);
}

function bar(label: string, total: number): Progress {
  const format = `${label} {bar} {value}/{total} | {rate}/s | {eta_formatted} left {note}`;
  const single = new SingleBar({
    format,
    hideCursor: true,
    etaBuffer: 50,
    stream: process.stderr,
    clearOnComplete: true,
  });
  const started = performance.now();
  single.start(total, 0, { rate: "–", note: "" });
  return {
    update: (done, note = "") => single.update(done, { rate: rate(done, started), note }),
    stop: () => single.stop(),
  };
}

function lines(label: string, total: number): Progress {
  const started = performance.now();
  let last = started;
  return {
    update(done, note = "") {
      const now = performance.now();
      if (now - last < lineEverySeconds * 1000) return;
      last = now;
      const left = done > 0 ? Math.round((((now - started) / done) * (total - done)) / 1000) : 0;
      process.stderr.write(`${label}: ${done}/${total}, ${rate(done, started)}/s, about ${left} s left ${note}\n`);
    },
    stop() {},
  };
}

function rate(done: number, started: number): string {
  return (done / Math.max(1e-3, (performance.now() - started) / 1000)).toPrecision(3);
}

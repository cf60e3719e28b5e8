/** A progress bar with rate and time left on a terminal; a line now and then where stderr is not one. */
import { SingleBar } from "cli-progress";

export interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

/** Seconds between lines where there is no terminal. Choice. */
const lineEverySeconds = 15;

export function createProgress(label: string, total: number): Progress {
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

/** Tasks over some threads: each takes the next as it is done with one. */
import { Worker } from "node:worker_threads";
import { LitepredError, packagePath } from "../../base/index.js";
import type { LatenciesTask, PredictedColumns } from "./task.js";

export interface ThreadsRequest {
  readonly home: string;
  readonly pools: readonly string[];
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
  onDone?(task: LatenciesTask): void;
}

/** Results in the order of the tasks, each as soon as it and those before it are there. @throws LitepredError `interrupted`. */
export async function* runInThreads(
  tasks: readonly LatenciesTask[],
  request: ThreadsRequest,
): AsyncGenerator<readonly PredictedColumns[]> {
  const { home, pools, threads, signal } = request;
  // The file that tsc made: a bundle has no file of its own for a thread.
  const file = packagePath("dist", "src", "experiments", "latencies", "worker.js");
  const workers = Array.from(
    { length: Math.min(threads, tasks.length) },
    () => new Worker(file, { workerData: { home, pools } }),
  );
  let next = 0;
  const results = tasks.map(() => awaited<readonly PredictedColumns[]>());
  for (const { promise } of results) promise.catch(() => {});
  const failAll = (error: unknown) => {
    for (const { reject } of results) reject(error);
  };
  for (const worker of workers) {
    let current = -1;
    const takeNext = () => {
      current = next++;
      if (current < tasks.length) worker.postMessage(tasks[current]);
    };
    worker.on("message", (columns: readonly PredictedColumns[]) => {
      request.onDone?.(tasks[current]!);
      results[current]!.resolve(columns);
      takeNext();
    });
    worker.on("error", failAll);
    takeNext();
  }
  const stop = () => failAll(new LitepredError("interrupted", "predicting was interrupted"));
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    for (const { promise } of results) yield await promise;
  } finally {
    signal?.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** A promise with its ends. */
function awaited<T>() {
  let [resolve, reject]: [(value: T) => void, (error: unknown) => void] = [() => {}, () => {}];
  const promise = new Promise<T>((onValue, onError) => {
    [resolve, reject] = [onValue, onError];
  });
  return { promise, resolve, reject };
}

/** Tasks over some threads: each takes the next as it is done with one. */
import { parentPort, Worker } from "node:worker_threads";
import { LitepredError } from "./errors.js";
import { packagePath } from "./package-root.js";

export interface ThreadPlan<Task> {
  /** What a thread runs, below `src`: it calls `answerTasks`. */
  readonly program: string;
  /** For its `workerData`. */
  readonly given?: unknown;
  readonly threads: number;
  /** What there is to interrupt. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
  onDone?(task: Task): void;
}

/** In a thread: each task that comes is answered with its result. */
export function answerTasks<Task, Result>(work: (task: Task) => Promise<Result>): void {
  parentPort?.on("message", async (task: Task) => parentPort!.postMessage(await work(task)));
}

/** Results in the order of the tasks, each as soon as it and those before it are there. @throws LitepredError `interrupted`. */
export async function* runInThreads<Task, Result>(
  tasks: readonly Task[],
  plan: ThreadPlan<Task>,
): AsyncGenerator<Result> {
  const { program, given, threads, name, signal } = plan;
  // The file that tsc made: a bundle has no file of its own for a thread.
  const file = packagePath("dist", "src", ...program.split("/"));
  const workers = Array.from(
    { length: Math.min(threads, tasks.length) },
    () => new Worker(file, { workerData: given }),
  );
  let next = 0;
  const results = tasks.map(() => awaited<Result>());
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
    worker.on("message", (result: Result) => {
      plan.onDone?.(tasks[current]!);
      results[current]!.resolve(result);
      takeNext();
    });
    worker.on("error", failAll);
    takeNext();
  }
  const stop = () => failAll(new LitepredError("interrupted", `${name} was interrupted`));
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

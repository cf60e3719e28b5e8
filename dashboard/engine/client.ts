/** The worker that computes, as functions that answer later. */
import type { BoxGraph, Layout } from "../layout/types.js";
import type { Questions } from "./questions.js";

export class EngineError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: EngineError): void;
}

/** `address` of the worker's script. */
export function startWorker<T>(address: URL): T {
  const worker = new Worker(address, { type: "module" });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  worker.onmessage = ({ data: { id, answer, error } }: MessageEvent) => {
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (error === undefined) resolve(answer);
    else reject(new EngineError(error.message, error.code, error.hint));
  };
  const ask = (method: string, args: unknown[]) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      worker.postMessage({ id: last, method, args });
    });
  return new Proxy(
    {},
    {
      get:
        (_, method: string) =>
        (...args: unknown[]) =>
          ask(method, args),
    },
  ) as T;
}

/** Beside the page's own script, with its query, so that a token goes along. */
const besides = (file: string) => {
  const address = new URL(file, new URL(".", document.baseURI));
  address.search = location.search;
  return address;
};

export const engine = startWorker<Questions>(besides("engine-worker.js"));

export const layouter = startWorker<{ layout(graph: BoxGraph): Promise<Layout> }>(besides("layout-worker.js"));

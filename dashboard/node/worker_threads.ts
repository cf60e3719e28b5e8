/** `node:worker_threads` in a page: it fits nothing that needs threads. */
export class Worker {
  constructor() {
    throw new Error("a page has no threads of this kind");
  }
}
/** It is in no thread that was given tasks. */
export const parentPort = null;

/** Files that were dropped, kept by the browser for this site alone, so that a link to a view of one survives a reload. */

const database = "litepred";
const store = "models";
/** Larger ones are not kept. Choice. */
const mostBytes = 256 * 2 ** 20;

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function inStore<T>(mode: IDBTransactionMode, act: (objects: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opened = await open();
  return new Promise((resolve, reject) => {
    const request = act(opened.transaction(store, mode).objectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  }).finally(() => opened.close()) as Promise<T>;
}

/** Not kept where the browser refuses: private windows, no room. */
export async function keepFile(key: string, file: File): Promise<void> {
  if (file.size > mostBytes) return;
  await inStore("readwrite", (objects) => objects.put(file, key)).catch(() => undefined);
}

export const keptFile = (key: string): Promise<File | undefined> =>
  inStore<File | undefined>("readonly", (objects) => objects.get(key)).catch(() => undefined);

/** Predictors and measurements out of a workspace, and into another one. */
import { archiveFolder, exportMeasurements, importMeasurements, openStore } from "../measurements/index.js";
import { openPool, type PoolEntry } from "../pool/index.js";

export interface ExportRequest {
  readonly home: string;
  readonly folder: string;
  /** Only this one. */
  readonly platform?: string;
  readonly measurements?: boolean;
}

/** The files written. A platform may have measurements without predictors. */
export async function exportPool({ home, folder, platform, measurements }: ExportRequest): Promise<string[]> {
  const pool = openPool(home);
  const mayLack = platform !== undefined && measurements === true;
  const lacks = mayLack && !pool.list().entries.some((entry) => entry.platform === platform);
  const files = lacks ? [] : pool.exportTo(folder, platform);
  if (!measurements) return files;
  const store = await openStore(home);
  try {
    for (const id of platform === undefined ? await store.platforms() : [platform])
      files.push(await exportMeasurements(store, id, archiveFolder(folder)));
  } finally {
    await store.close();
  }
  return files;
}

export type AddedFile = PoolEntry | { readonly file: string; readonly added: number; readonly known: number };

/** @throws LitepredError for the first file that is not sound; those before it are taken in. */
export async function addFiles(home: string, files: readonly string[]): Promise<AddedFile[]> {
  const pool = openPool(home);
  const store = await openStore(home);
  const taken: AddedFile[] = [];
  try {
    for (const file of files)
      taken.push(file.endsWith(".parquet") ? { file, ...(await importMeasurements(store, file)) } : pool.add(file));
  } finally {
    await store.close();
  }
  return taken;
}

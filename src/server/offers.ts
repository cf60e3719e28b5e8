/** What the page is offered: the platforms of the pool, and the model files that were named when it was started; no other path. */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { SearchRequest } from "../jobs/search.js";
import { openPool, type PoolEntry } from "../pool/index.js";
import { measuredName, measuredOn } from "./measured.js";

export interface Offers {
  readonly home: string;
  readonly pools: readonly string[];
  /** Model files, offered under their names. */
  readonly models: readonly string[];
  /** To measure with, by platform id; default: the one that the id names. */
  readonly engines?: SearchRequest["engines"];
}

/** An entry without the place of its file. */
export type ListedPlatform = Omit<PoolEntry, "file"> & { readonly file: string };

export const listPlatforms = (offers: Offers): ListedPlatform[] =>
  poolEntries(offers).map((entry) => ({ ...entry, file: basename(entry.file) }));

/** Bytes of a predictor by the name in the list; undefined for any other name. */
export function predictorFile(offers: Offers, name: string): Uint8Array | undefined {
  const entry = poolEntries(offers).find(({ file }) => basename(file) === name);
  return entry && readFileSync(entry.file);
}

/** What was measured, by the name of its file; undefined for any other name. */
export async function measuredFile(offers: Offers, name: string): Promise<string | undefined> {
  const entry = poolEntries(offers).find(({ file }) => measuredName(file) === name);
  return entry && JSON.stringify(await measuredOn(entry));
}

const poolEntries = ({ home, pools }: Offers) => openPool(home, pools).list().entries;

export interface ListedModel {
  /** Below models/. */
  readonly file: string;
  readonly name: string;
}

/** Names are made unique by their place: two folders may hold a model.onnx each. */
export const listModels = ({ models }: Offers): ListedModel[] =>
  models.map((path, i) => ({ file: `${i}/${basename(path)}`, name: basename(path) }));

/** Where a model of the list lies; undefined for any other name. */
export function modelPath(offers: Offers, file: string): string | undefined {
  const at = listModels(offers).findIndex((model) => model.file === file);
  return offers.models[at];
}

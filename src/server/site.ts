/** The page, the pool and some models as files that any web server can offer: nothing is computed where they lie. */
import { copyFileSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { LitepredError, saveWhole } from "../base/index.js";
import { measuredName } from "./measured.js";
import { listModels, listPlatforms, measuredFile, modelPath, type Offers, predictorFile } from "./offers.js";
import { openPage } from "./page.js";

export interface SiteReport {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  readonly platforms: number;
  readonly models: number;
}

/** @throws LitepredError `bad-usage` for a folder that holds something else. */
export async function writeSite(offers: Offers, folder: string): Promise<SiteReport> {
  checkFolder(folder);
  const page = openPage();
  const [platforms, models] = [listPlatforms(offers), listModels(offers)];
  const content: [path: string, bytes: Uint8Array | string][] = [
    ...page.files
      .toSorted((a, b) => Number(b === mark) - Number(a === mark))
      .map((path): [string, Uint8Array] => [path, page.read(path)!]),
    ["pool/index.json", JSON.stringify(platforms)],
    ...platforms.map(({ file }): [string, Uint8Array] => [`pool/${file}`, predictorFile(offers, file)!]),
    ["models/index.json", JSON.stringify(models)],
  ];
  for (const { file } of platforms)
    content.push([`pool/${measuredName(file)}`, (await measuredFile(offers, measuredName(file))) ?? "{}"]);
  for (const [path, bytes] of content) {
    saveWhole(join(folder, path), bytes);
  }
  let bytes = content.reduce((total, [, { length }]) => total + length, 0);
  for (const { file } of models) {
    const [from, to] = [modelPath(offers, file)!, join(folder, "models", file)];
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    bytes += statSync(to).size;
  }
  return { folder, files: content.length + models.length, bytes, platforms: platforms.length, models: models.length };
}

/** Written first, so that a site that was not finished is known as one. */
const mark = "engine-worker.js";

/** A site written before may be written again; nothing else is touched. */
function checkFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const there = readdirSync(folder);
  if (there.length > 0 && !there.includes(mark))
    throw new LitepredError(
      "bad-usage",
      `${folder} is not empty`,
      "give a new folder, or one that a site was written into",
    );
}

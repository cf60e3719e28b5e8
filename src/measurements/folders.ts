/** Where the store keeps what: `journal/*.jsonl` and `tables/<platform id>/<type>/*.parquet`. */
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { LitepredError } from "../base/index.js";
import { formatPlatformId, parsePlatformId } from "../platforms/index.js";

export const journalFolder = (home: string) => join(home, "measurements", "journal");
export const tablesFolder = (home: string) => join(home, "measurements", "tables");

/** `?` and `&` of a platform id are no file-name characters everywhere; `,` never occurs in one. */
export function tableFolder(home: string, platform: string, type: string): string {
  return join(tablesFolder(home), ...platform.replace(/[?&]/g, ",").split("/"), type);
}

export interface TableFile {
  readonly path: string;
  readonly platform: string;
  readonly type: string;
}

/** Parquet files that exist now, sorted by path. */
export function listTables(home: string): TableFile[] {
  const root = tablesFolder(home);
  let names: string[];
  try {
    names = readdirSync(root, { recursive: true }).map(String);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith(".parquet"))
    .sort()
    .map((name) => {
      const path = join(root, name);
      const parts = relative(root, path).split(sep);
      const type = parts.at(-2)!;
      const platform = parts.slice(0, -2).join("/").replace(",", "?").replaceAll(",", "&");
      return { path, platform, type };
    });
}

/** A folder and all below it that exist now. */
export function listFolders(root: string): string[] {
  try {
    const below = readdirSync(root, { recursive: true, withFileTypes: true });
    return [
      root,
      ...below.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath ?? entry.path, entry.name)),
    ];
  } catch {
    return [];
  }
}

/** @throws LitepredError when a measurement could not be filed under these names. */
export function checkNames(platform: string, type: string): void {
  const canonical = formatPlatformId(parsePlatformId(platform));
  if (canonical !== platform)
    throw new LitepredError("unknown-platform", `platform id "${platform}" is not canonical`, `write ${canonical}`);
  checkTypeName(type);
}

/** @throws LitepredError `unknown-kernel-type` for what cannot be a folder's name. */
export function checkTypeName(type: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/.test(type))
    throw new LitepredError(
      "unknown-kernel-type",
      `"${type}" cannot name a kernel type`,
      "up to 100 letters, digits, - and _",
    );
}

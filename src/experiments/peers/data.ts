/**
 * Reference data of HELP: latencies of whole architectures on many devices. A folder with `nasbench201/` and `ofa/`, in each
 * `latency_ms.csv` (index, architecture, one column a device) and `hw_embedding_index.json` (the reference architectures).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LitepredError } from "../../base/index.js";
import type { CellOperations, OfaArchitecture } from "../../baselines/index.js";

export const peerSpaces = ["nasbench201", "ofa"] as const;
export type PeerSpace = (typeof peerSpaces)[number];

export type Architectures =
  | { readonly space: "nasbench201"; readonly cells: readonly CellOperations[] }
  | { readonly space: "ofa"; readonly networks: readonly OfaArchitecture[] };

export interface PeerData {
  readonly space: PeerSpace;
  readonly architectures: Architectures;
  readonly size: number;
  /** ms by architecture, by device. */
  readonly latenciesMs: ReadonlyMap<string, Float64Array>;
  /** Numbers of the architectures that a device is recognised by. */
  readonly references: readonly number[];
}

/** Undefined when the folder lacks the space. @throws LitepredError `invalid-table` for a file of another form. */
export function readPeerData(folder: string, space: PeerSpace): PeerData | undefined {
  const file = join(folder, space, "latency_ms.csv");
  if (!existsSync(file)) return undefined;
  const [head, ...lines] = readFileSync(file, "utf8").trim().split(/\r?\n/);
  const names = head!.split(",");
  const first = space === "nasbench201" ? 2 : 5;
  const rows = lines.map((line) => line.split(","));
  const bad = rows.findIndex(
    (row) => row.length !== names.length || row.slice(first).some((text) => !(Number(text) > 0)),
  );
  if (bad >= 0)
    throw new LitepredError("invalid-table", `${file}, line ${bad + 2}: not one latency above 0 for each device`);
  return {
    space,
    architectures: architecturesOf(space, rows),
    size: rows.length,
    latenciesMs: new Map(
      names.slice(first).map((device, i) => [device, Float64Array.from(rows, (row) => Number(row[first + i]))]),
    ),
    references: referencesIn(join(folder, space, "hw_embedding_index.json"), rows.length),
  };
}

function referencesIn(file: string, size: number): number[] {
  const content: unknown = JSON.parse(readFileSync(file, "utf8"));
  const list: unknown = (content as { hw_embedding_index?: unknown }).hw_embedding_index;
  if (Array.isArray(list) && list.every((i) => Number.isInteger(i) && i >= 0 && i < size)) return list as number[];
  throw new LitepredError("invalid-table", `${file}: not a list of architectures of the table`);
}

const digits = (text: string): number[] => [...text].map(Number);

function architecturesOf(space: PeerSpace, rows: readonly (readonly string[])[]): Architectures {
  if (space === "nasbench201") {
    const cells = rows.map((row) => [...row[1]!.matchAll(/([a-z0-9_]+)~\d/g)].map((match) => match[1]!));
    return { space, cells };
  }
  const networks = rows.map((row) => ({
    ks: digits(row[1]!),
    e: digits(row[2]!),
    d: digits(row[3]!),
    r: Number(row[4]),
  }));
  return { space, networks };
}

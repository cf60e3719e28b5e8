/** Parquet files of measurements that nobody took: small on the disk and large in memory, of other columns, of absurd values. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { type HostileFile, oddFiles, type Scale } from "./files.js";

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

const subject = { kind: "kernel", type: "relu", config: { c: 3, h: 8, w: 8 } };
const outcome = { status: "ok", latencyMs: 1, spread: 0, runs: 1, sessions: 1 };
const protocol = { name: "x", warmup: 0, maxMs: 1, sessions: 1, kernelsPerModel: 1, tolerance: 0, maxSpread: 1 };
const conditions = { cpu: "x", cores: 1, loadBefore: 0, loadAfter: 0, node: "x", engineVersion: "1" };
const sound: Readonly<Record<string, string>> = {
  platform: quote("phone/cpu/tflite@2.7/fp32"),
  kind: quote("kernel"),
  type: quote("relu"),
  key: quote("{}"),
  status: quote("ok"),
  latency_ms: "1.0",
  at: quote("2026-01-01T00:00:00.000Z"),
  session: quote("s"),
  subject: quote(JSON.stringify(subject)),
  outcome: quote(JSON.stringify(outcome)),
  protocol: quote(JSON.stringify(protocol)),
  conditions: quote(JSON.stringify(conditions)),
  purpose: "NULL::VARCHAR",
  repeat: "NULL::INTEGER",
};

/** Rows of sound measurements but for the columns given, as SQL. */
function rows(change: Readonly<Record<string, string>>, count = 1): string {
  const columns = Object.entries({ ...sound, ...change }).map(([name, value]) => `${value} AS "${name}"`);
  return `SELECT ${columns.join(", ")} FROM range(${count}) r(i)`;
}

const json = (value: object, ...swaps: readonly (readonly [string, string])[]) =>
  quote(swaps.reduce((text, [from, to]) => text.replace(from, to), JSON.stringify(value)));

function queries({ many, bytes }: Scale): Readonly<Record<string, string>> {
  const odd = (text: string) => ({ outcome: json(outcome, ['"latencyMs":1', `"latencyMs":${text}`]) });
  const of = (config: string) => ({ subject: json(subject, ['{"c":3,"h":8,"w":8}', config]) });
  return {
    "many rows": rows({}, many * 50),
    "long texts": rows({ session: `repeat('x', ${bytes / 50})` }, many / 250),
    "one long text": rows({ session: `repeat('x', ${bytes * 4})` }),
    "many columns": `SELECT ${Array.from({ length: many / 50 }, (_, i) => `1 AS c${i}`).join(", ")}`,
    "deep JSON": rows({ subject: `repeat('[', ${many})` }),
    "deep structure": rows({ conditions: quote(`${'{"a":'.repeat(2000)}1${"}".repeat(2000)}`) }),
    "other types": rows({ platform: "42", subject: "[1, 2]", outcome: "{'a': 1}", at: "now()" }),
    "no columns of ours": "SELECT 1 AS a",
    nulls: rows(Object.fromEntries(Object.keys(sound).map((name) => [name, "NULL"]))),
    "latency 1e308": rows(odd("1e308"), 30),
    "latency 1e999": rows(odd("1e999")),
    "latency -1": rows(odd("-1")),
    "latency NaN": rows(odd('"NaN"')),
    "latency 0": rows(odd("0")),
    "config 1e308": rows(of('{"c":1e308,"h":8,"w":8}')),
    "config of words": rows(of('{"c":"constructor","__proto__":"x"}')),
    "unknown kernel type": rows({ subject: json({ ...subject, type: "toString" }) }),
    "platform above": rows({ platform: quote("../../outside/cpu/x/fp32") }),
    "platform absolute": rows({ platform: quote("/tmp/x/cpu/y/fp32") }),
    "platform dots": rows({ platform: quote("..") }),
    "platform with NUL": rows({ platform: `${quote("a/cpu/b/fp32")} || chr(0)` }),
    "type above": rows({ subject: json({ ...subject, type: "../../../outside/x" }) }),
    "model above": rows({ subject: json({ kind: "model", name: "../../x", sha256: "../../../outside/y" }) }),
    "time of never": rows({ at: quote("never") }),
    "repeat -1": rows({ repeat: "-1" }),
    "session with escapes": rows({ session: quote("\u001b[2J\u001b]0;x\u0007") }),
  };
}

export async function hostileArchives(root: string, scale: Scale): Promise<HostileFile[]> {
  const folder = join(root, "archives");
  mkdirSync(folder, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const made: HostileFile[] = [];
  for (const [name, query] of Object.entries(queries(scale))) {
    const path = join(folder, `${name}.parquet`);
    await connection.run(`COPY (${query}) TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd)`);
    made.push({ name: `archive ${name}`, path });
  }
  for (const name of ["[ab]", "*", "it's"]) {
    const path = join(folder, `${name}.parquet`);
    await connection.run(`COPY (${rows({})}) TO ${quote(join(folder, "plain.parquet"))} (FORMAT parquet)`);
    writeFileSync(path, (await import("node:fs")).readFileSync(join(folder, "plain.parquet")));
    made.push({ name: `archive called ${name}`, path });
  }
  connection.closeSync();
  instance.closeSync();
  const bytes = {
    garbage: garbage(5000),
    footer: footer(0x7fffffff),
    "small footer": footer(4),
    "no footer": footer(0),
  };
  for (const [name, content] of Object.entries(bytes)) {
    const path = join(folder, `${name}.parquet`);
    writeFileSync(path, content);
    made.push({ name: `archive ${name}`, path });
  }
  const odd = oddFiles(root, "archive", "m.parquet", scale).map(({ name, path }) => ({
    name: `archive ${name}`,
    path,
  }));
  return [...made, ...odd];
}

const garbage = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7919) % 256);

/** A file whose end claims a footer of so many bytes. */
function footer(length: number): Uint8Array {
  const bytes = garbage(200);
  bytes.set(new TextEncoder().encode("PAR1"));
  new DataView(bytes.buffer).setUint32(192, length, true);
  bytes.set(new TextEncoder().encode("PAR1"), 196);
  return bytes;
}

/** Folders of tables that nobody measured: absurd in size, in names, in numbers; and files that are none. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type HostileFile, oddFiles, type Scale } from "./files.js";

/** Each a folder with one table in it. */
export function hostileTables(root: string, scale: Scale): HostileFile[] {
  const made = Object.entries(tables(scale)).map(([name, files]) => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    for (const [file, content] of Object.entries(files)) writeFileSync(join(path, file), content);
    return { name: `table ${name}`, path };
  });
  const odd = oddFiles(root, "odd", "fc.csv", scale).map(({ name, path }) => ({
    name: `table ${name}`,
    path: join(path, ".."),
  }));
  return [...made, ...odd];
}

type Files = Readonly<Record<string, string | Uint8Array>>;

function tables({ many, bytes }: Scale): Readonly<Record<string, Files>> {
  const columns = Array.from({ length: many }, (_, i) => `c${i}`).join(",");
  return {
    "many columns": { "fc.csv": `${columns},latency_ms\n${"1,".repeat(many)}1\n` },
    "one column many times": { "fc.csv": `${"c,".repeat(many)}latency_ms\n` },
    "commas alone": { "fc.csv": ",".repeat(bytes) },
    "a row of commas": { "fc.csv": `cin,latency_ms\n${",".repeat(bytes)}\n` },
    "blank lines": { "fc.csv": `cin,latency_ms\n${"\n".repeat(bytes)}` },
    "a long word": { "fc.csv": `cin,latency_ms\n${"x".repeat(bytes)},1\n` },
    "one config many times": { "x.csv": `a,b,latency_ms\n${"1,2,3\n".repeat(many / 4)}` },
    "an eval row many times": { "x.csv": `a,latency_ms,split\n1,3,eval\n${"1,3,train\n".repeat(many / 4)}` },
    "many bad rows": { "x.csv": `a,latency_ms\n${"nan,1\n".repeat(many / 4)}` },
    "odd numbers": { "x.csv": odd("x", ["NaN", "Infinity", "-Infinity", "1e999", "-5", "0", "-0", "0x10", "1e-320"]) },
    "huge latencies": { "fc.csv": rows((i) => `${i},${i + 8},1,1e308`, "cin,cout,rows") },
    "tiny latencies": { "fc.csv": rows((i) => `${i},${i + 8},1,5e-324`, "cin,cout,rows") },
    "huge and tiny latencies": { "x.csv": rows((i) => `${i},${i % 2 === 0 ? "1e308" : "5e-324"}`, "a") },
    "negative latencies": { "fc.csv": rows((i) => `${i},${i + 8},1,-1`, "cin,cout,rows") },
    "huge configs": { "x.csv": rows((i) => `${i}e306,1`, "a"), "fc.csv": rows((i) => `${i}e306,1,1`, "cin,cout") },
    "tiny configs": { "x.csv": rows((i) => `${i}e-320,1`, "a") },
    "names of properties": {
      "x.csv": rows((i) => `${i},${i},1`, "constructor,toString"),
      "toString.csv": "a,latency_ms\n1,2\n",
    },
    "the prototype": { "__proto__.csv": rows((i) => `${i},1`, "a"), "x.csv": "__proto__,latency_ms\n1,2\n" },
    "names of files": {
      "..csv": rows((i) => `${i},1`, "a"),
      ".csv": rows((i) => `${i},1`, "a"),
      "a b'.csv": rows((i) => `${i},1`, "a"),
    },
    "deep formulas": {
      "x.csv": rows((i) => `${i},1`, "a"),
      "kernels.json": `{"x":{"flops":"${"(".repeat(many / 10)}a${")".repeat(many / 10)}"}}`,
    },
    "huge formulas": {
      "x.csv": rows((i) => `${i},1`, "a"),
      "kernels.json": '{"x":{"flops":"a^a^a^999","params":"1/(a-a)"}}',
    },
    "deep JSON": { "x.csv": rows((i) => `${i},1`, "a"), "kernels.json": "[".repeat(many) },
    "other formulas": {
      "x.csv": rows((i) => `${i},1`, "a"),
      "kernels.json": '{"x":{"flops":"process.exit(3)"},"__proto__":{"flops":"1"}}',
    },
    bytes: { "fc.csv": Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256) },
  };
}

/** 30 rows, measured as `row` says. */
const rows = (row: (i: number) => string, fields: string) =>
  `${fields},latency_ms\n${Array.from({ length: 30 }, (_, i) => row(i + 1)).join("\n")}\n`;

const odd = (field: string, numbers: readonly string[]) =>
  `${field},latency_ms\n${numbers.flatMap((n, i) => [`${i},${n}`, `${n},1`]).join("\n")}\n`;

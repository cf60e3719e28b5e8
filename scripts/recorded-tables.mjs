// Writes measured platforms (Parquet, as of `litepred pool export --measurements`) as folders of CSV tables, one for each
// kernel type: recorded platforms for `litepred evaluate recorded`.
// Usage: node scripts/recorded-tables.mjs OUT_FOLDER FEWEST_ROWS TYPE[,TYPE…] FILE.parquet…
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

const [out, fewest, types, ...files] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create()).connect();
for (const file of files) {
  const folder = join(out, basename(file, ".parquet"));
  for (const type of types.split(",")) {
    const reader = await connection.runAndReadAll(
      `select subject, median(latency_ms) from read_parquet($file) where kind = 'kernel' and type = $type and status = 'ok'
       group by subject order by subject`,
      { file, type },
    );
    const rows = reader
      .getRowsJson()
      .map(([subject, latencyMs]) => ({ config: JSON.parse(subject).config, latencyMs }));
    if (rows.length < Number(fewest)) continue;
    const fields = Object.keys(rows[0].config);
    const lines = rows.map(({ config, latencyMs }) => [...fields.map((field) => config[field]), latencyMs].join(","));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${type}.csv`), `${[...fields, "latency_ms"].join(",")}\n${lines.join("\n")}\n`);
  }
}

/**
 * Parquet tables of measurements, written and read by DuckDB: the only file that knows SQL. DuckDB is loaded on first
 * use, because predicting never needs it and loading it takes longer than a prediction.
 */
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { naming, partOf, saidFault, sha256 } from "../base/index.js";
import { type Measurement, measurementSchema, subjectKey } from "./measurement.js";

/** Flat row of a table: what one filters by as columns, the rest as JSON. */
interface Row {
  readonly platform: string;
  readonly kind: string;
  readonly type: string;
  readonly key: string;
  readonly status: string;
  readonly latency_ms: number | null;
  readonly at: string;
  readonly session: string;
  readonly subject: string;
  readonly outcome: string;
  readonly protocol: string;
  readonly conditions: string;
  readonly purpose: string | null;
  readonly repeat: number | null;
}

const columns = {
  platform: "VARCHAR",
  kind: "VARCHAR",
  type: "VARCHAR",
  key: "VARCHAR",
  status: "VARCHAR",
  latency_ms: "DOUBLE",
  at: "VARCHAR",
  session: "VARCHAR",
  subject: "VARCHAR",
  outcome: "VARCHAR",
  protocol: "VARCHAR",
  conditions: "VARCHAR",
  purpose: "VARCHAR",
  repeat: "INTEGER",
} as const satisfies Record<keyof Row, string>;

/**
 * Writes one Parquet file into `folder` from measurements and older files of the same folder; it appears under its name
 * at once and complete. Its name follows from the content, so that doing it twice leaves one file, unless one is given.
 * @returns path of the file
 */
export async function writeTable(
  folder: string,
  added: readonly Measurement[],
  older: readonly string[],
  given?: string,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const lines = added.map((measurement) => JSON.stringify(toRow(measurement))).join("\n");
  const name = given ?? sha256([...older, lines].join("\n")).slice(0, 16);
  const path = join(folder, `${name}.parquet`);
  const json = partOf(`${path}.json`);
  const temporary = partOf(path);
  const shape = Object.entries(columns).map(([column, type]) => `'${column}': '${type}'`);
  const fresh = `SELECT * FROM read_json(${quotePath(json)}, format = 'newline_delimited', columns = {${shape.join(", ")}})`;
  const source =
    older.length === 0
      ? fresh
      : `${fresh} UNION BY NAME SELECT * FROM read_parquet(${list(older)}, union_by_name = true)`;
  try {
    naming(path, () => writeFileSync(json, lines));
    await copy(`SELECT DISTINCT * FROM (${source}) ORDER BY "at", key`, temporary, path);
    renameSync(temporary, path);
  } finally {
    rmSync(json, { force: true });
    rmSync(temporary, { force: true });
  }
  return path;
}

/** A file of others may have many more. */
const ours = `COLUMNS(c -> c IN (${Object.keys(columns)
  .map((column) => `'${column}'`)
  .join(", ")}))`;

/** Of a file of others: what is small on the disk may be of any size in memory. The largest that ships has 16,000 rows, 11 MB. Choices. */
const mostRows = 500_000;
const mostTextBytes = 2 ** 27;
const mostFooterBytes = 2 ** 20;

/** Why a Parquet file would not fit in memory; undefined where it does. @throws Error of DuckDB for one that is none. */
export async function tooLarge(path: string): Promise<string | undefined> {
  const footer = footerBytes(path);
  if (footer > mostFooterBytes) return `its description alone has ${footer} bytes`;
  const [file] = await execute(`SELECT num_rows FROM parquet_file_metadata(${quotePath(path)})`);
  if (Number(file?.num_rows) > mostRows) return `${file?.num_rows} rows, more than ${mostRows}`;
  const texts = ["subject", "outcome", "protocol", "conditions", "platform", "session", "at"];
  const lengths = texts.map((column) => `coalesce(strlen(CAST("${column}" AS VARCHAR)), 0)`).join(" + ");
  const [text] = await execute(`SELECT sum(${lengths}) AS bytes FROM read_parquet(${list([path])})`);
  return Number(text?.bytes) > mostTextBytes ? `${text?.bytes} bytes of text once unpacked` : undefined;
}

/** As the file says at its end; 0 for one that is too short to say it. */
function footerBytes(path: string): number {
  const { size } = statSync(path);
  if (size < 12) return 0;
  const end = new Uint8Array(8);
  const file = openSync(path, "r");
  try {
    readSync(file, end, 0, 8, size - 8);
  } finally {
    closeSync(file);
  }
  return new DataView(end.buffer).getUint32(0, true);
}

export interface TableFilter {
  readonly kind?: string | undefined;
  readonly status?: string | undefined;
}

/** Measurements of Parquet files. @throws Error of DuckDB when a file has vanished or is not readable. */
export async function readTables(
  paths: readonly string[],
  filter: TableFilter,
  report: (problem: { file: string; line: number; reason: string }) => void,
): Promise<Measurement[]> {
  if (paths.length === 0) return [];
  const conditions = Object.entries(filter).flatMap(([column, value]) =>
    value === undefined ? [] : [`${column} = ${quote(value)}`],
  );
  const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
  const rows = await execute(`SELECT ${ours} FROM read_parquet(${list(paths)}, union_by_name = true)${where}`);
  const found: Measurement[] = [];
  rows.forEach((row, index) => {
    const measurement = fromRow(row as Record<string, string>);
    if (measurement === undefined) report({ file: paths.join(", "), line: index + 1, reason: "not a measurement" });
    else found.push(measurement);
  });
  return found;
}

function toRow(measurement: Measurement): Row {
  const { platform, subject, outcome, protocol, conditions, session, at } = measurement;
  return {
    platform,
    kind: subject.kind,
    ...subjectKey(subject),
    status: outcome.status,
    latency_ms: outcome.status === "ok" ? outcome.latencyMs : null,
    at,
    session,
    subject: JSON.stringify(subject),
    outcome: JSON.stringify(outcome),
    protocol: JSON.stringify(protocol),
    conditions: JSON.stringify(conditions),
    purpose: measurement.purpose ?? null,
    repeat: measurement.repeat ?? null,
  };
}

/** Protocols and conditions repeat over thousands of rows: each text is parsed once. */
const parsedTexts = new Map<string, unknown>();
function parseOnce(text: string): unknown {
  let value = parsedTexts.get(text);
  if (value === undefined) {
    if (parsedTexts.size > 10_000) parsedTexts.clear();
    value = JSON.parse(text);
    parsedTexts.set(text, value);
  }
  return value;
}

function fromRow(row: Record<string, string | undefined>): Measurement | undefined {
  try {
    const checked = measurementSchema.safeParse({
      platform: row.platform,
      subject: JSON.parse(row.subject!),
      outcome: JSON.parse(row.outcome!),
      protocol: parseOnce(row.protocol!),
      conditions: parseOnce(row.conditions!),
      session: row.session,
      at: row.at,
      // Files from before 0.2 have no such columns.
      ...(row.purpose && { purpose: row.purpose }),
      ...(row.repeat && { repeat: row.repeat }),
    });
    return checked.success ? checked.data : undefined;
  } catch {
    return undefined;
  }
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
/** Of a file to be read: no pattern, whatever its name. */
const quotePath = (path: string) => quote(path.replace(/[*?[]/g, "[$&]"));
const list = (paths: readonly string[]) => `[${paths.map(quotePath).join(", ")}]`;

/** @throws LitepredError `file-system` naming `path` where the disk refuses it */
async function copy(query: string, temporary: string, path: string): Promise<void> {
  try {
    await execute(`COPY (${query}) TO ${quote(temporary)} (FORMAT parquet, COMPRESSION zstd)`);
  } catch (error) {
    throw saidFault(error, path) ?? error;
  }
}

/** One thread: the tables are small, and measurements may be running beside. Nothing is put down in the folder where it runs. */
const settings = { threads: "1", memory_limit: "512MB", temp_directory: "" };

async function execute(sql: string): Promise<Record<string, unknown>[]> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", settings);
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects() as Record<string, unknown>[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** A table of columns of text and numbers as one Parquet file; it appears under its name at once and complete. */
export async function writeColumns(
  path: string,
  types: Readonly<Record<string, "VARCHAR" | "DOUBLE" | "INTEGER">>,
  chunks: AsyncIterable<readonly Readonly<Record<string, string | number>>[]>,
): Promise<number> {
  mkdirSync(dirname(path), { recursive: true });
  const json = partOf(`${path}.json`);
  const temporary = partOf(path);
  let rows = 0;
  try {
    naming(path, () => writeFileSync(json, ""));
    for await (const chunk of chunks) {
      rows += chunk.length;
      const lines = `${chunk.map((row) => JSON.stringify(row)).join("\n")}\n`;
      naming(path, () => appendFileSync(json, lines));
    }
    const shape = Object.entries(types).map(([column, type]) => `'${column}': '${type}'`);
    const source = `read_json(${quotePath(json)}, format = 'newline_delimited', columns = {${shape.join(", ")}})`;
    await copy(`SELECT * FROM ${source}`, temporary, path);
    renameSync(temporary, path);
  } finally {
    rmSync(json, { force: true });
    rmSync(temporary, { force: true });
  }
  return rows;
}

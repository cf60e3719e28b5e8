import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { journalFolder, listTables } from "./folders.js";
import { openJournal } from "./journal.js";
import type { Measurement } from "./measurement.js";
import { openStore } from "./store.js";

const homes: string[] = [];
const newHome = () => {
  const home = mkdtempSync(join(tmpdir(), "litepred-store-"));
  homes.push(home);
  return home;
};
afterEach(() => {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
});

const platform = "testbox/cpu/synthetic@1/fp32?threads=1";
let second = 0;
function measured(cin: number, latencyMs: number | "crash" = cin): Measurement {
  const protocol = { name: "quick", warmup: 1, runs: 3, maxMs: 10, sessions: 1 } as const;
  return {
    platform,
    subject: { kind: "kernel", type: "conv-bn-relu", config: { cin, activation: "relu" } },
    outcome:
      latencyMs === "crash"
        ? { status: "failed", reason: "crash", message: "signal SIGSEGV" }
        : { status: "ok", latencyMs, spread: 0, runs: 3, sessions: 1 },
    protocol: { ...protocol, kernelsPerModel: 1, tolerance: 0, maxSpread: 1 },
    conditions: { cpu: "none", cores: 1, loadBefore: 0, loadAfter: 0, node: "20", engineVersion: "1" },
    session: "s",
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, second++)).toISOString(),
  };
}

test("what is appended is found again, from the journal and from tables, failures included", async () => {
  const home = newHome();
  const store = await openStore(home);
  const records = [measured(1), measured(2, "crash"), measured(3)];
  for (const record of records) store.append(record);
  assert.deepEqual(await store.query(), records);
  assert.deepEqual(await store.compact(), { moved: 3, files: 1 });
  assert.deepEqual(readdirSync(journalFolder(home)), []);
  assert.deepEqual(await store.query({ platform, type: "conv-bn-relu" }), records);
  assert.deepEqual(await store.query({ status: "failed" }), [records[1]]);
  assert.deepEqual(await store.query({ kind: "model" }), []);
  assert.deepEqual(await store.platforms(), [platform]);
  store.append(measured(4));
  assert.equal((await store.query()).length, 4);
  await store.close();
});

test("many measurements are compacted when their writer leaves, few are not, and readers compact nothing", async () => {
  const home = newHome();
  const journals = () => readdirSync(journalFolder(home)).length;
  const few = await openStore(home);
  for (let cin = 1; cin <= 10; cin++) few.append(measured(cin));
  await few.close();
  assert.equal(journals(), 1);
  const many = await openStore(home);
  for (let cin = 1; cin <= 3000; cin++) many.append(measured(cin));
  await many.close();
  assert.equal(journals(), 0);
  assert.equal(listTables(home).length, 1);
  const reader = await openStore(home);
  assert.equal((await reader.query({ platform })).length, 3000);
  await reader.close();
});

test("of a config measured again only the latest counts, also when the latest failed", async () => {
  const store = await openStore(newHome());
  store.append(measured(1, 5));
  await store.compact();
  const last = measured(1, "crash");
  store.append(last);
  assert.deepEqual(await store.query(), [last]);
  assert.deepEqual(await store.query({ status: "ok" }), []);
  await store.compact();
  assert.deepEqual(await store.query(), [last]);
  await store.close();
});

test("every measurement is there when asked for, and old names of networks are read as purpose and repeat", async () => {
  const store = await openStore(newHome());
  store.append(measured(1, 5));
  store.append(measured(1, 6));
  assert.equal((await store.query({ every: true })).length, 2);
  const subject = { kind: "model", name: "adapt/ofa-mobilenetv3/1-2-3@2", sha256: "old" } as const;
  store.append({ ...measured(1), subject });
  const [network] = await store.query({ purpose: "fit" });
  assert.equal(network?.subject.kind === "model" && network.subject.name, "ofa-mobilenetv3/1-2-3");
  assert.equal(network?.repeat, 2);
  await store.close();
});

test("a torn last line is passed over, an unreadable one reported and kept aside", async () => {
  const home = newHome();
  const journal = openJournal(journalFolder(home));
  const good = measured(1);
  journal.append(good);
  await journal.finish();
  const segment = join(journalFolder(home), readdirSync(journalFolder(home))[0]!);
  appendFileSync(segment, `{"platform": 5}\n{"platform":"testbox`);
  const store = await openStore(home);
  assert.deepEqual(await store.query(), [good]);
  assert.equal(store.problems().length, 1);
  assert.equal(store.problems()[0]!.line, 2);
  await store.compact();
  assert.deepEqual(await store.query(), [good]);
  assert.match(readdirSync(journalFolder(home)).join(), /\.damaged$/);
  await store.close();
});

test("a crash between writing the tables and removing the journal changes nothing", async () => {
  const home = newHome();
  const journal = openJournal(journalFolder(home));
  const records = [measured(1), measured(2)];
  for (const record of records) journal.append(record);
  await journal.finish();
  const name = readdirSync(journalFolder(home))[0]!;
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
  const store = await openStore(home);
  await store.compact();
  writeFileSync(join(journalFolder(home), name), lines);
  assert.deepEqual(await store.query(), records);
  await store.compact();
  assert.equal(listTables(home).length, 1);
  assert.deepEqual(await store.query(), records);
  await store.close();
});

test("many small tables are merged into one", async () => {
  const home = newHome();
  const store = await openStore(home);
  for (let cin = 0; cin < 10; cin++) {
    store.append(measured(cin));
    await store.compact();
  }
  assert.ok(listTables(home).length < 9);
  assert.equal((await store.query()).length, 10);
  await store.close();
});

/** Appends measurements of ascending `cin` from `first` on until it is killed, printing what it has appended. */
function startWriter(home: string, first: number): ChildProcess {
  const module = new URL("./store.js", import.meta.url).href;
  const code = `
    const { openStore } = await import(${JSON.stringify(module)});
    const store = await openStore(${JSON.stringify(home)});
    const template = ${JSON.stringify(measured(0))};
    for (let cin = ${first}; ; cin++) {
      template.subject.config.cin = cin;
      store.append(template);
      process.stdout.write(cin + "\\n");
      if (cin % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (cin % 400 === 399) await store.compact();
    }`;
  return spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: fileURLToPath(new URL(".", import.meta.url)),
  });
}

/** Kills the writer once it reported `count` appends; resolves to the last one reported. */
function killAfter(writer: ChildProcess, count: number): Promise<number> {
  return new Promise((resolve) => {
    let text = "";
    writer.stdout!.on("data", (chunk) => {
      text += chunk;
      if (text.split("\n").length > count) writer.kill("SIGKILL");
    });
    writer.on("close", () => resolve(Number(text.split("\n").at(-2))));
  });
}

test("two writers killed with -9 at any point lose nothing they had appended", async () => {
  const home = newHome();
  const reports = await Promise.all(
    [0, 1_000_000].map((first, i) => killAfter(startWriter(home, first), 700 + 900 * i)),
  );
  const store = await openStore(home);
  const found = (await store.query()).map(({ subject }) =>
    subject.kind === "kernel" ? Number(subject.config.cin) : -1,
  );
  assert.equal(new Set(found).size, found.length);
  const own = found.filter((cin) => cin < 1_000_000);
  const other = found.filter((cin) => cin >= 1_000_000);
  assert.ok(own.length > reports[0]! && other.length > reports[1]! - 1_000_000, "every reported append is there");
  assert.deepEqual(store.problems(), []);
  // The locks and journals of the dead are taken over.
  await store.compact();
  assert.equal((await store.query()).length, found.length);
  assert.deepEqual(readdirSync(journalFolder(home)), []);
  await store.close();
});

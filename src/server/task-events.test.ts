/** What long jobs tell over HTTP while they run, and after a restart of the server. The engine has a known formula. */
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createSyntheticEngine } from "../engines/index.js";
import { createApp } from "./app.js";
import { openTaskJournal } from "./task-journal.js";
import { createTaskList } from "./task-list.js";

const home = mkdtempSync(join(tmpdir(), "litepred-jobs-"));
after(() => rmSync(home, { recursive: true, force: true }));
const platform = "box/cpu/synthetic@1/fp32";
const open = () =>
  createApp({
    offers: { home, pools: [], models: [], engines: { [platform]: createSyntheticEngine() } },
    page: { files: [], read: () => undefined },
    hosts: [],
    maxUploadBytes: 1000,
  });
const at = (path: string) => `http://127.0.0.1:4747${path}`;

interface Event {
  readonly event: string;
  readonly data: never;
}

/** Starts a job and follows it to its end. */
async function follow(app: ReturnType<typeof open>, kind: string, request: object) {
  const started = await app.request(at(`/api/jobs/${kind}`), {
    ...{ method: "POST", body: JSON.stringify(request), headers: { "content-type": "application/json" } },
  });
  const { id, message } = (await started.json()) as { id: string; message?: string };
  assert.equal(started.status, 202, message);
  return { id, events: await eventsOf(app, id) };
}

async function eventsOf(app: ReturnType<typeof open>, id: string): Promise<Event[]> {
  const text = await (await app.request(at(`/api/jobs/${id}/events`))).text();
  return text
    .split("\n\n")
    .filter((part) => part !== "")
    .map((part) => {
      const [event, data] = part.split("\n");
      return { event: event!.slice("event: ".length), data: JSON.parse(data!.slice("data: ".length)) as never };
    });
}

const dataOf = <T>(events: readonly Event[], name: string) =>
  events.filter(({ event }) => event === name).map(({ data }) => data as T);

test("an adaptation tells rounds with sources, and predicted against measured", async () => {
  const { id, events } = await follow(open(), "adapt", { platform, budget: 40, models: 8 });
  const rounds = dataOf<{
    measurementsUsed: number;
    within10AtDouble?: number;
    kernels: {
      type: string;
      measured: number;
      donors: string[];
      points: { predictedMs: number; measuredMs: number }[];
    }[];
  }>(events, "round");
  assert.equal(rounds.length, 3);
  assert.equal(rounds.at(-1)!.measurementsUsed, 40);
  assert.ok(rounds.at(-1)!.within10AtDouble !== undefined, "what more would bring");
  const { kernels } = rounds.at(-1)!;
  assert.equal(
    kernels.reduce((sum, { points }) => sum + points.length, 0),
    kernels.reduce((sum, { measured }) => sum + measured, 0),
  );
  const conv = kernels.find(({ type }) => type === "conv-bn-relu")!;
  assert.ok(conv.donors.length > 0);
  for (const { predictedMs, measuredMs } of conv.points) assert.ok(predictedMs > 0 && measuredMs > 0);
  const [networks] = dataOf<unknown[]>(events, "networks");
  assert.equal(networks!.length, 8);
  assert.deepEqual(dataOf(events, "end"), [{ state: "done" }]);
  // The same after a restart, but for how far each stage had come.
  const again = await eventsOf(open(), id);
  assert.deepEqual(
    again,
    events.filter(({ event }) => event !== "progress"),
  );
});

test("a search tells its front and hypervolume", async () => {
  const request = { platforms: ["epyc-f25m1/cpu/litert@2.3.0/fp32"], maxLatencyMs: [30], evaluations: 600 };
  const { events } = await follow(open(), "search", request);
  const fronts = dataOf<{ evaluated: number; hypervolume: number; points: number[][] }>(events, "front");
  assert.ok(fronts.length >= 1);
  for (const { evaluated, hypervolume, points } of fronts)
    assert.ok(evaluated > 0 && hypervolume >= 0 && points.every((values) => values.length === 2));
});

test("a job that the server did not survive is interrupted, and damaged files are left out", async () => {
  const folder = join(home, "killed");
  const tasks = createTaskList(openTaskJournal(folder));
  const { id } = tasks.start("measure", "p", async (tell, signal) => {
    tell("stage", { label: "measuring", total: 1 });
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  });
  const [file] = readdirSync(folder);
  appendFileSync(join(folder, file!), '{"event": "rou');
  appendFileSync(join(folder, "0-nothing.jsonl"), "no JSON");
  const restarted = createTaskList(openTaskJournal(folder));
  assert.deepEqual(
    restarted.list().map((task) => [task.id, task.state]),
    [[id, "interrupted"]],
  );
  const told: string[] = [];
  for await (const { event } of restarted.events(id)!) told.push(event);
  assert.deepEqual(told, ["stage", "end"]);
  assert.doesNotThrow(() => restarted.start("measure", "p", async () => {}));
  await restarted.close();
  await tasks.close();
  assert.ok(readFileSync(join(folder, file!), "utf8").includes("measuring"));
});

test("a job goes on where what it tells cannot be kept", () => {
  const folder = join(home, "gone");
  const task = { id: "1", kind: "adapt", platform, state: "running", started: "2026-01-01T00:00:00.000Z" } as const;
  const keep = openTaskJournal(folder).open(task);
  rmSync(folder, { recursive: true });
  for (const event of ["stage", "end"]) keep({ event, data: {} });
  assert.deepEqual(openTaskJournal(folder).kept, []);
});

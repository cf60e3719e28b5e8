/**
 * Long jobs, one at a time, since two would disturb each other's measurements. What a job tells is kept as events, so that whoever looks
 * later sees it from its beginning.
 */
import { randomUUID } from "node:crypto";
import { LitepredError } from "../base/index.js";
import { errorTold } from "./replies.js";
import type { Task, TaskEvent, TaskKind } from "./task.js";
import { noJournal, type TaskJournal } from "./task-journal.js";

export type TaskBody = (tell: (event: string, data: unknown) => void, signal: AbortSignal) => Promise<unknown>;

export interface TaskList {
  list(): readonly Task[];
  /** @throws LitepredError `bad-usage` while another one runs. */
  start(kind: TaskKind, platform: string, body: TaskBody): Task;
  /** From the first event on, ending with the job. Undefined for an unknown id. */
  events(id: string): AsyncIterable<TaskEvent> | undefined;
  cancel(id: string): Task | undefined;
  /** Cancels what runs, and waits for its end. */
  close(): Promise<void>;
}

interface Running {
  task: Task;
  readonly told: TaskEvent[];
  readonly keep: (event: TaskEvent) => void;
  readonly abort: AbortController;
  wake: () => void;
  changed: Promise<void>;
  ended: Promise<void>;
}

export function createTaskList(journal: TaskJournal = noJournal): TaskList {
  const all = new Map(journal.kept.map(({ task, told }) => [task.id, ended(task, told)]));
  const busy = () => [...all.values()].find(({ task }) => task.state === "running");
  return {
    list: () => [...all.values()].map(({ task }) => task),
    start(kind, platform, body) {
      if (busy() !== undefined)
        throw new LitepredError("bad-usage", "another job is running", "wait for its end, or cancel it");
      const task: Task = { id: randomUUID(), kind, platform, state: "running", started: new Date().toISOString() };
      const running: Running = {
        task,
        told: [],
        keep: journal.open(task),
        abort: new AbortController(),
        ...changeOf(),
        ended: Promise.resolve(),
      };
      all.set(task.id, running);
      running.ended = run(running, body);
      return task;
    },
    events(id) {
      const running = all.get(id);
      return running && follow(running);
    },
    cancel(id) {
      const running = all.get(id);
      running?.abort.abort();
      return running?.task;
    },
    async close() {
      for (const { abort } of all.values()) abort.abort();
      await Promise.all([...all.values()].map(({ ended }) => ended));
    },
  };
}

/** One of before. */
const ended = (task: Task, told: readonly TaskEvent[]): Running => ({
  task,
  told: [...told],
  keep: () => {},
  abort: new AbortController(),
  ...changeOf(),
  ended: Promise.resolve(),
});

function changeOf() {
  let wake = () => {};
  const changed = new Promise<void>((resolve) => {
    wake = resolve;
  });
  return { wake, changed };
}

function tellTo(running: Running, event: string, data: unknown): void {
  running.told.push({ event, data });
  running.keep({ event, data });
  running.wake();
  Object.assign(running, changeOf());
}

const cancelled = { code: "interrupted", message: "the job was cancelled", hint: "what was measured is kept" };

async function run(running: Running, body: TaskBody): Promise<void> {
  const finish = (state: Task["state"], event: string, data: unknown) => {
    running.task = { ...running.task, state };
    tellTo(running, event, data);
    tellTo(running, "end", { state });
  };
  try {
    finish("done", "result", await body((event, data) => tellTo(running, event, data), running.abort.signal));
  } catch (error) {
    const state = running.abort.signal.aborted ? "cancelled" : "failed";
    finish(state, "error", state === "cancelled" ? cancelled : errorTold(error));
  }
}

async function* follow(running: Running): AsyncIterable<TaskEvent> {
  for (let next = 0; ; next++) {
    while (next >= running.told.length) await running.changed;
    const event = running.told[next]!;
    yield event;
    if (event.event === "end") return;
  }
}

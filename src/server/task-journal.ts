/** Jobs in files, a line an event, so that they can be looked at after a restart of the server. */
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorTold } from "./replies.js";
import type { Task, TaskEvent } from "./task.js";

export interface KeptTask {
  readonly task: Task;
  readonly told: readonly TaskEvent[];
}

export interface TaskJournal {
  /** Oldest first. */
  readonly kept: readonly KeptTask[];
  open(task: Task): (event: TaskEvent) => void;
}

/** Older ones are removed. Choice. */
const mostKept = 100;

/** For a list that forgets. */
export const noJournal: TaskJournal = { kept: [], open: () => () => {} };

export function openTaskJournal(folder: string): TaskJournal {
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl"))
    .sort();
  for (const file of files.splice(0, Math.max(0, files.length - mostKept))) rmSync(join(folder, file), { force: true });
  return {
    kept: files.flatMap((file) => readTask(readFileSync(join(folder, file), "utf8")) ?? []),
    open(task) {
      const file = join(folder, `${task.started.replaceAll(":", "-")}-${task.id}.jsonl`);
      const write = (line: unknown) => appendFileSync(file, `${JSON.stringify(line)}\n`);
      write(task);
      // How far a stage has come is of no use later.
      return untilFault((event: TaskEvent) => event.event !== "progress" && write(event));
    },
  };
}

/** A full disk does not end the job whose events it cannot take, nor the server: they are kept up to there, which is said once. */
function untilFault(keep: (event: TaskEvent) => void): (event: TaskEvent) => void {
  let isKept = true;
  return (event) => {
    if (!isKept) return;
    try {
      keep(event);
    } catch (error) {
      isKept = false;
      process.stderr.write(`! a job's events are kept no further: ${errorTold(error).message}\n`);
    }
  };
}

/** Up to the first line that is damaged: the server may have been killed while it wrote. */
function readTask(text: string): KeptTask | undefined {
  const lines: unknown[] = [];
  try {
    for (const line of text.split("\n")) if (line !== "") lines.push(JSON.parse(line));
  } catch {
    // What came before counts.
  }
  const [task, ...told] = lines as [Task | undefined, ...TaskEvent[]];
  if (typeof task?.id !== "string") return undefined;
  const end = told.find(({ event }) => event === "end") as { data: { state: Task["state"] } } | undefined;
  const state = end?.data.state ?? "interrupted";
  const whole = end === undefined ? [...told, { event: "end", data: { state } }] : told;
  return { task: { ...task, state }, told: whole };
}

/**
 * An engine's child process that misbehaves: what it does with a model is decided by the model's bytes, so that a test
 * knows what to expect. It writes down every model that it is given. Started as `node chaos-child.js LOG SHARE`.
 */
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

export const deeds = ["crash", "hang", "nonsense", "not-json", "reject", "silent-exit", "zero", "memory"] as const;
export type Deed = (typeof deeds)[number] | "work";

/** What the child does with these bytes; `share` of all models (0–1) meet with a misdeed. */
export function deedOf(model: Uint8Array, share: number): Deed {
  const hash = createHash("sha256").update(model).digest();
  return hash.readUInt32LE(0) / 2 ** 32 < share ? deeds[hash[4]! % deeds.length]! : "work";
}

/** The reason under which a misdeed must be recorded. */
export const reasonOf = {
  crash: "crash",
  hang: "timeout",
  nonsense: "nonsense",
  "not-json": "nonsense",
  reject: "rejected",
  "silent-exit": "crash",
  zero: "nonsense",
  memory: "out-of-memory",
} as const satisfies Record<(typeof deeds)[number], string>;

interface Request {
  readonly id: number;
  readonly method: string;
  readonly model?: string;
  readonly handle?: number;
}

/** The reference models, which are larger than any kernel here, work. */
const largestKernel = 100_000;

async function serve(log: string, share: number): Promise<void> {
  const deedsOf: Deed[] = [];
  const answer = (id: number, result: object) => process.stdout.write(`${JSON.stringify({ id, result })}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, model, handle } = JSON.parse(line) as Request;
    process.stdout.write("chatter of a library\n");
    if (method === "prepare") {
      const bytes = readFileSync(model!);
      appendFileSync(log, `${createHash("sha256").update(bytes).digest("hex")}\n`);
      answer(id, { handle: deedsOf.push(bytes.length > largestKernel ? "work" : deedOf(bytes, share)) - 1 });
    } else if (method === "release") answer(id, {});
    else misbehave(deedsOf[handle!]!, id, answer);
  }
}

function misbehave(deed: Deed, id: number, answer: (id: number, result: object) => void): void {
  switch (deed) {
    case "work":
      answer(id, { wallMs: [1.2, 1, 1.1] });
      return;
    case "crash":
      process.kill(process.pid, "SIGSEGV");
      return;
    case "hang":
      return;
    case "nonsense":
      answer(id, { wallMs: ["fast"] });
      return;
    case "not-json":
      process.stdout.write("{wallMs: 1\n");
      return;
    case "reject":
      process.stdout.write(`${JSON.stringify({ id, error: { reason: "rejected", message: "no such operator" } })}\n`);
      return;
    case "silent-exit":
      process.exit(0);
      return;
    case "zero":
      answer(id, { wallMs: [0, 0, 0] });
      return;
    case "memory":
      process.stderr.write("terminate called after throwing an instance of 'std::bad_alloc'\n");
      process.abort();
      return;
    default:
      deed satisfies never;
  }
}

if (process.argv[1]?.endsWith("chaos-child.js")) await serve(process.argv[2]!, Number(process.argv[3]));

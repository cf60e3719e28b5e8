/**
 * An engine in a child process: starts it, asks it over JSON lines (wire.ts), and turns whatever goes wrong there into
 * an EngineFailure: it died → crash, it did not answer in time → timeout (and is killed), it answered something else →
 * nonsense. The next model starts a new child, so that one model cannot harm another.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { withoutTelemetry } from "../../base/index.js";
import { EngineFailure } from "../contract.js";
import { answerSchema, resultSchemas, type WireRequest, type WireResult } from "./wire.js";

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface EngineChild {
  /** @throws EngineFailure */
  ask<R extends WireRequest>(request: R, timeoutMs: number): Promise<WireResult<R["method"]>>;
  readonly pid: number | undefined;
  /** False once it has ended, whatever the reason. */
  readonly alive: boolean;
  /** Ends it: politely, then by force. */
  close(): Promise<void>;
}

type Answer = EngineFailure | Record<string, unknown>;

export function startChild({ command, args, env }: ChildCommand): EngineChild {
  const child = spawn(command, args, { stdio: "pipe", env: { ...process.env, ...withoutTelemetry, ...env } });
  const questions = createQuestions();
  let alive = true;
  const kill = () => {
    alive = false;
    child.kill("SIGKILL");
  };
  const ended = listen(child, questions, () => {
    alive = false;
  });
  return {
    pid: child.pid,
    get alive() {
      return alive;
    },
    async ask(request, timeoutMs) {
      if (!alive) throw new EngineFailure("crash", "the engine's process has ended");
      const limit = setTimeout(() => {
        kill();
        questions.settle(new EngineFailure("timeout", `no answer to "${request.method}" within ${timeoutMs / 1000} s`));
      }, timeoutMs);
      const answer = await questions.open((id) => child.stdin.write(`${JSON.stringify({ id, ...request })}\n`));
      clearTimeout(limit);
      // What answers nonsense once cannot be trusted with the next model.
      if (answer instanceof EngineFailure && answer.reason === "nonsense") kill();
      if (answer instanceof EngineFailure) throw answer;
      const checked = resultSchemas[request.method].safeParse(answer);
      if (checked.success) return checked.data as never;
      kill();
      const issue = checked.error.issues[0];
      throw new EngineFailure("nonsense", `"${request.method}" answered ${issue?.path.join(".")}: ${issue?.message}`);
    },
    async close() {
      if (alive) child.stdin.end();
      const force = alive ? setTimeout(kill, politeMs) : undefined;
      await ended;
      clearTimeout(force);
    },
  };
}

/** Until a child that was asked to end is killed. */
const politeMs = 2000;

interface Questions {
  /** Sends a question under a new id; its answer. One is open at a time. */
  open(send: (id: number) => void): Promise<Answer>;
  /** Answers the open one, if it has that id; default: whatever its id. */
  settle(answer: Answer, id?: number): void;
}

function createQuestions(): Questions {
  let lastId = 0;
  let pending: ((answer: Answer) => void) | undefined;
  return {
    open: (send) =>
      new Promise((resolve) => {
        pending = resolve;
        send(++lastId);
      }),
    settle(answer, id = lastId) {
      // An answer to an older request comes from a child that is being killed: too late to matter.
      if (id !== lastId) return;
      pending?.(answer);
      pending = undefined;
    },
  };
}

/** Hands on what the child answers; resolves once it has ended, whatever the reason, after `onEnd`. */
function listen(child: ChildProcessWithoutNullStreams, questions: Questions, onEnd: () => void): Promise<void> {
  let said = "";
  const remember = (text: string) => {
    said = (said + text).slice(-2000);
  };
  child.stdin.on("error", () => {}); // A dead child is reported by "close".
  child.stdout.on("error", () => {});
  child.stderr.on("error", () => {});
  child.stderr.setEncoding("utf8").on("data", remember);
  onLines(child.stdout, (line) => {
    if (!line.startsWith("{")) return remember(`${line}\n`);
    const answer = parseAnswer(line);
    if (answer === undefined)
      questions.settle(new EngineFailure("nonsense", `the engine answered ${line.slice(0, 200)}`));
    else
      questions.settle(
        answer.error ? new EngineFailure(answer.error.reason, answer.error.message) : (answer.result ?? {}),
        answer.id,
      );
  });
  return new Promise((resolve) => {
    const end = (how: string) => {
      onEnd();
      questions.settle(new EngineFailure(outOfMemory(said) ? "out-of-memory" : "crash", withLog(how, said)));
      resolve();
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (code, signal) =>
      end(signal === null ? `the engine's process ended with code ${code}` : `the engine's process died of ${signal}`),
    );
  });
}

function parseAnswer(line: string) {
  try {
    return answerSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function onLines(stream: NodeJS.ReadableStream, handle: (line: string) => void): void {
  let parts: string[] = [];
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = chunk.split("\n");
    for (const line of lines.slice(0, -1)) {
      handle([...parts, line].join(""));
      parts = [];
    }
    parts.push(lines.at(-1)!);
  });
}

const outOfMemory = (log: string) => /bad_alloc|out of memory|MemoryError|Failed to allocate memory/i.test(log);
const withLog = (how: string, log: string) => (log.trim() === "" ? how : `${how}: ${log.trim().slice(-500)}`);

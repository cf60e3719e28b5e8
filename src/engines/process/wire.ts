/**
 * What an engine's child process speaks: one JSON object a line, on stdin and stdout. Requests carry an id that the
 * answer repeats; an answer has `result` or `error: {reason, message}`. Lines that do not start with "{" are chatter of
 * the engine's library and are ignored. The same for every child, whatever language it is written in.
 *
 *   → {"id":1,"method":"prepare","model":"/tmp/m.onnx","profile":false,"settings":{"processor":"cpu","precision":"fp32","options":{}}}
 *   ← {"id":1,"result":{"handle":1}}
 *   → {"id":2,"method":"time","handle":1,"plan":{"warmup":0,"runs":30,"maxMs":8}}
 *   ← {"id":2,"result":{"wallMs":[4.61,4.60]}}
 *   → {"id":3,"method":"operators","handle":1}
 *   ← {"id":3,"result":{"operators":[{"name":"conv1","operator":"Conv","timesMs":[0.5,0.5]}]}}
 *   → {"id":4,"method":"run","handle":1,"inputs":{"x":"<base64 of little-endian float32>"}}
 *   ← {"id":4,"result":{"outputs":{"y":"<base64>"}}}
 *   → {"id":5,"method":"release","handle":1}
 *   ← {"id":5,"result":{}}
 *   → {"id":6,"method":"describe"}
 *   ← {"id":6,"result":{"version":"2.3.0"}}
 * Closing stdin ends the child.
 */
import { z } from "zod";
import { failureReasons } from "../../measurements/index.js";
import type { EngineSettings, TimingPlan } from "../contract.js";

export type WireRequest =
  | { readonly method: "describe"; readonly settings?: EngineSettings }
  | { readonly method: "prepare"; readonly model: string; readonly profile: boolean; readonly settings: EngineSettings }
  | { readonly method: "time"; readonly handle: number; readonly plan: TimingPlan }
  | { readonly method: "run"; readonly handle: number; readonly inputs: Readonly<Record<string, string>> }
  | { readonly method: "operators" | "release"; readonly handle: number };

const times = z.array(z.number().finite().nonnegative());
const shapes = z.array(z.array(z.number().int()));

export const answerSchema = z.object({
  id: z.number().int(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ reason: z.enum(failureReasons), message: z.string() }).optional(),
});

/** What each method answers. Anything else is nonsense. */
export const resultSchemas = {
  /** `host`: what the engine runs in, where that is a program of its own. */
  describe: z.object({ version: z.string(), host: z.string().optional() }),
  prepare: z.object({ handle: z.number().int() }),
  time: z.object({ wallMs: times.min(1) }),
  operators: z.object({
    operators: z.array(
      z.object({
        name: z.string(),
        operator: z.string(),
        inputShapes: shapes.optional(),
        outputShapes: shapes.optional(),
        inputs: z.array(z.string()).optional(),
        outputs: z.array(z.string()).optional(),
        timesMs: times,
      }),
    ),
  }),
  run: z.object({ outputs: z.record(z.string(), z.string()) }),
  release: z.object({}),
} as const;
export type WireResult<M extends keyof typeof resultSchemas> = z.infer<(typeof resultSchemas)[M]>;

export function encodeFloats(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

export function decodeFloats(text: string): Float32Array {
  const bytes = Buffer.from(text, "base64");
  return new Float32Array(new Uint8Array(bytes).buffer, 0, Math.floor(bytes.length / 4));
}

/**
 * Accuracies that are asked elsewhere: an HTTP endpoint, or a module of the user's. What comes back is checked, whoever said it.
 * An answer is one number for each architecture (top-1 in percent; null: not known), or an object with the interval.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { LitepredError, usualLevel } from "../base/index.js";
import type { Architecture } from "../spaces/index.js";
import type { AccuracyPrediction, AccuracyPredictor } from "./types.js";

const answerSchema = z.array(
  z.union([
    z.number().min(0).max(100),
    z.null(),
    z.object({ accuracy: z.number(), lowAccuracy: z.number().optional(), highAccuracy: z.number().optional() }),
  ]),
);

/** @throws LitepredError `invalid-table` for another number of answers, or another form */
export function checkAnswer(answer: unknown, count: number, who: string): AccuracyPrediction[] {
  const parsed = answerSchema.safeParse(answer);
  const hint =
    "one number in percent, null or {accuracy, lowAccuracy, highAccuracy} for each architecture, in their order";
  if (!parsed.success) throw new LitepredError("invalid-table", `${who}: ${z.prettifyError(parsed.error)}`, hint);
  if (parsed.data.length !== count)
    throw new LitepredError("invalid-table", `${who}: ${parsed.data.length} answers to ${count} architectures`, hint);
  return parsed.data.map((one) => {
    const {
      accuracy,
      lowAccuracy = accuracy,
      highAccuracy = accuracy,
    } = typeof one === "object" && one !== null ? one : { accuracy: one ?? Number.NaN };
    return { accuracy, lowAccuracy, highAccuracy };
  });
}

/** Architectures in one request. Choice. */
const batch = 1000;
const timeoutMs = 60_000;

/** Posts `{space, architectures, level}` as JSON, a thousand architectures at a time. */
export function createHttpAccuracy(url: string, space: string): AccuracyPredictor {
  return {
    name: url,
    space,
    async predictAll(architectures, level = usualLevel) {
      const all: AccuracyPrediction[] = [];
      for (let at = 0; at < architectures.length; at += batch) {
        const part = architectures.slice(at, at + batch);
        all.push(...checkAnswer(await post(url, { space, architectures: part, level }), part.length, url));
      }
      return all;
    },
  };
}

async function post(url: string, body: object): Promise<unknown> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  } catch (error) {
    throw new LitepredError(
      "unreadable-file",
      `${url}: ${(error as Error).message}`,
      "it is asked by POST with {space, architectures, level} and answers with a JSON array",
    );
  }
}

/** What a module's default export may be: a function of architectures and level, or a predictor. */
type Asked = (architectures: readonly Architecture[], level: number) => unknown;

/** Runs the user's own code. @throws LitepredError `unreadable-file`, `invalid-config` */
export async function loadModuleAccuracy(file: string, space: string): Promise<AccuracyPredictor> {
  const exported = await importDefault(file);
  const own = typeof exported === "object" && exported !== null ? (exported as Partial<AccuracyPredictor>) : {};
  if (own.space !== undefined && own.space !== space)
    throw new LitepredError("invalid-config", `${file} is about ${own.space}, not about ${space}`, "search its space");
  const ask = typeof exported === "function" ? (exported as Asked) : (own.predictAll?.bind(own) as Asked | undefined);
  if (ask === undefined)
    throw new LitepredError(
      "invalid-config",
      `${file}: its default export is neither a function nor a predictor`,
      "export default (architectures, level) => architectures.map(() => 75.3)",
    );
  return {
    name: own.name ?? file,
    space,
    ...(own.fixed && { fixed: own.fixed }),
    ...(own.architectures && { architectures: own.architectures }),
    predictAll: async (architectures, level = usualLevel) =>
      checkAnswer(await ask(architectures, level), architectures.length, file),
  };
}

async function importDefault(file: string): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(resolve(file)).href)) as { default?: unknown }).default;
  } catch (error) {
    throw new LitepredError("unreadable-file", `${file}: ${(error as Error).message}`, "give a JavaScript module");
  }
}

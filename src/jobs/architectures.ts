/** What architectures of a space cost and reach, one question after the other: for searches of other programs. */
import { LitepredError, usualLevel } from "../base/index.js";
import { predictArchitectures } from "../search/index.js";
import { openPredictors, type PredictorsRequest, problemWith } from "../searching/index.js";
import type { Architecture } from "../spaces/index.js";

export interface ArchitectureAnswer {
  /** As it is understood: choices without effect at their first option. */
  readonly architecture: Architecture;
  /** Top-1 in percent; null: not known. */
  readonly accuracy: number | null;
  readonly accuracyInterval: { readonly level: number; readonly low: number | null; readonly high: number | null };
  readonly macs: number;
  readonly params: number;
  readonly platforms: readonly {
    readonly platform: string;
    readonly latencyMs: number;
    readonly interval: { readonly level: number; readonly lowMs: number; readonly highMs: number };
  }[];
}

export interface ArchitectureDesk {
  /** In the order of the architectures. @throws LitepredError `invalid-config` for what is none of the space's. */
  ask(architectures: readonly unknown[]): Promise<ArchitectureAnswer[]>;
  close(): Promise<void>;
}

/** @param request level of the intervals, 0–1; default 0.9 */
export async function openArchitectures(
  request: PredictorsRequest & { readonly level?: number },
): Promise<ArchitectureDesk> {
  const { level = usualLevel } = request;
  const known = await openPredictors(request);
  const problem = await problemWith(known, [], { objectives: ["accuracy"], sure: false, level });
  const { space } = problem;
  return {
    async ask(asked) {
      const architectures = asked.map((one) => space.decode(space.encode(requireObject(one))));
      const predictions = await predictArchitectures(problem, architectures, level);
      return predictions.map(({ accuracy, costs }, i) => ({
        architecture: architectures[i]!,
        accuracy: orNull(accuracy.accuracy),
        accuracyInterval: { level, low: orNull(accuracy.lowAccuracy), high: orNull(accuracy.highAccuracy) },
        macs: costs[0]!.macs,
        params: costs[0]!.params,
        platforms: costs.map(({ latencyMs, lowMs, highMs }, p) => ({
          platform: problem.platforms[p]!.predictor.platform,
          latencyMs,
          interval: { level, lowMs, highMs },
        })),
      }));
    },
    close: () => known.release(),
  };
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

function requireObject(value: unknown): Architecture {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Architecture;
  throw new LitepredError("invalid-config", "an architecture is a JSON object", 'for example {"r":224,"w":1,…}');
}

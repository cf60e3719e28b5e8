/** Small files of odd kinds, each judged: predicted near enough, or inside an honest interval, or refused as the engine refuses it. Pure. */

export interface Case {
  readonly model: string;
  /** Why it was not predicted. */
  readonly refused?: string | undefined;
  readonly prediction?: CasePrediction | undefined;
  /** What the engine takes, or why it does not run it. */
  readonly measured?: { readonly latencyMs: number } | { readonly failed: string } | undefined;
}

export interface CasePrediction {
  readonly latencyMs: number;
  readonly interval: { readonly lowMs: number; readonly highMs: number };
  readonly coverage: { readonly kernels: number };
}

/**
 * `near`: within a factor of 1.5. `inside`: inside an interval no wider than a factor of 3 either way. `both-refuse`: the engine does
 * not run it either. `refused`: it does. `off`: neither near nor inside. `unmeasured`: predicted, but the engine does not run it.
 */
export const verdicts = ["near", "inside", "both-refuse", "refused", "off", "unmeasured"] as const;
export type Verdict = (typeof verdicts)[number];

export interface JudgedCase extends Case {
  readonly verdict: Verdict;
  /** Predicted ÷ measured. */
  readonly ratio?: number | undefined;
}

export interface CasesReport {
  readonly platform: string;
  readonly date: string;
  readonly cases: readonly JudgedCase[];
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Of the predicted and measured: share inside their intervals, whatever their width. */
  readonly intervalCoverage: number;
  /** The same of those that are not wholly covered: do the doubts of fallbacks hold? */
  readonly uncoveredInside: { readonly n: number; readonly share: number };
}

/** A prediction is near within this factor; an interval wider than the other says nothing. Choice. */
const nearFactor = 1.5;
const widestFactor = 3;

export function judgeCase(one: Case): JudgedCase {
  const { prediction, measured, refused } = one;
  const runs = measured !== undefined && "latencyMs" in measured;
  if (prediction === undefined || refused !== undefined) return { ...one, verdict: runs ? "refused" : "both-refuse" };
  if (!runs) return { ...one, verdict: "unmeasured" };
  const ratio = prediction.latencyMs / measured.latencyMs;
  if (Math.abs(Math.log(ratio)) <= Math.log(nearFactor)) return { ...one, ratio, verdict: "near" };
  const { lowMs, highMs } = prediction.interval;
  const width = Math.max(highMs / prediction.latencyMs, prediction.latencyMs / lowMs);
  const holds = isInside(one) && width <= widestFactor;
  return { ...one, ratio, verdict: holds ? "inside" : "off" };
}

function isInside({ prediction, measured }: Case): boolean {
  if (prediction === undefined || measured === undefined || !("latencyMs" in measured)) return false;
  const { lowMs, highMs } = prediction.interval;
  return measured.latencyMs >= lowMs && measured.latencyMs <= highMs;
}

export function describeCases(head: Pick<CasesReport, "platform" | "date">, cases: readonly Case[]): CasesReport {
  const judged = cases.map(judgeCase);
  const compared = judged.filter(({ ratio }) => ratio !== undefined);
  const uncovered = compared.filter(({ prediction }) => prediction!.coverage.kernels < 1);
  const count = (verdict: Verdict) => judged.filter((one) => one.verdict === verdict).length;
  return {
    ...head,
    cases: judged,
    counts: Object.fromEntries(verdicts.map((verdict) => [verdict, count(verdict)])) as Record<Verdict, number>,
    intervalCoverage: shareInside(compared),
    uncoveredInside: { n: uncovered.length, share: shareInside(uncovered) },
  };
}

const shareInside = (cases: readonly Case[]): number =>
  cases.length === 0 ? Number.NaN : cases.filter(isInside).length / cases.length;

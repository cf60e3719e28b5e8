/** The measured part of an adaptation: what was asked of the target, what it answered, what is left of the budget. */
import { invariant, LitepredError } from "../../base/index.js";
import type { AdaptationKernel, AdaptationTask } from "../types.js";

/** Rows are indices into the kernel's candidates. */
export interface KernelRecord {
  readonly kernel: AdaptationKernel;
  readonly measured: number[];
  /** ln ms, index-aligned with `measured`. */
  readonly logs: number[];
  readonly failed: { readonly row: number; readonly reason: string }[];
}

export interface MeasuringSession {
  readonly records: readonly KernelRecord[];
  used(): number;
  /** Measures candidate `rows[k]` of kernel k; more than the budget allows is an error of ours. */
  measure(rows: readonly (readonly number[])[]): Promise<void>;
}

export function createMeasuringSession(task: AdaptationTask): MeasuringSession {
  const records = task.kernels.map((kernel) => ({ kernel, measured: [], logs: [], failed: [] }) as KernelRecord);
  const used = () => records.reduce((total, r) => total + r.measured.length + r.failed.length, 0);
  return {
    records,
    used,
    async measure(rows) {
      const asked = records.flatMap((record, k) => (rows[k] ?? []).map((row) => ({ record, row })));
      invariant(
        used() + asked.length <= task.budget,
        `${asked.length} measurements asked beyond the budget of ${task.budget}`,
      );
      throwIfInterrupted(task.signal);
      if (asked.length === 0) return;
      const requests = asked.map(({ record, row }) => ({
        type: record.kernel.type.name,
        config: record.kernel.candidates[row]!,
      }));
      const outcomes = await task.measure(requests);
      invariant(outcomes.length === asked.length, `${outcomes.length} outcomes for ${asked.length} requests`);
      outcomes.forEach((outcome, i) => {
        const { record, row } = asked[i]!;
        if (outcome.status === "failed") record.failed.push({ row, reason: outcome.reason });
        else if (!(outcome.latencyMs > 0 && Number.isFinite(outcome.latencyMs)))
          record.failed.push({ row, reason: `measured ${outcome.latencyMs} ms` });
        else {
          record.measured.push(row);
          record.logs.push(Math.log(outcome.latencyMs));
        }
      });
    },
  };
}

export const touchedRows = (record: KernelRecord): number[] => [...record.measured, ...record.failed.map((f) => f.row)];

export const availableRows = (record: KernelRecord): number =>
  record.kernel.candidates.length - record.measured.length - record.failed.length;

export const weightOf = (record: KernelRecord): number => record.kernel.weight ?? record.kernel.candidates.length;

export function throwIfInterrupted(signal?: AbortSignal): void {
  if (signal?.aborted)
    throw new LitepredError("interrupted", "the adaptation was interrupted", "the same command goes on from here");
}

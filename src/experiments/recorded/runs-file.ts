/** The form of a file of runs: it may come from elsewhere, so it is checked. */
import { z } from "zod";
import { LitepredError } from "../../base/index.js";
import type { RecordedKernel, RecordedRun } from "./report.js";

const kernelSchema = z.object({
  n: z.number(),
  measured: z.number(),
  mape: z.number(),
  within5: z.number(),
  within10: z.number(),
  rmseMs: z.number(),
  intervalCoverage: z.number(),
});

const runsSchema = z.array(
  kernelSchema.omit({ measured: true }).extend({
    target: z.string(),
    pool: z.array(z.string()),
    method: z.string(),
    budget: z.number(),
    seed: z.number(),
    cpuSeconds: z.number(),
    kernels: z.record(z.string(), kernelSchema),
  }),
);

/** What a run keeps of a kernel type's result. */
export const kernelOf = (result: RecordedKernel): RecordedKernel => kernelSchema.parse(result);

/** @throws LitepredError `corrupt-artefact` from what it returns. */
export function runsIn(file: string): (content: unknown) => RecordedRun[] {
  return (content) => {
    const parsed = runsSchema.safeParse(content);
    if (parsed.success) return parsed.data;
    throw new LitepredError("corrupt-artefact", `${file}: not a list of runs`, "delete it: the runs are done again");
  };
}

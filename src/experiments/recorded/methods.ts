/** The methods that `evaluate transfer` knows, by name. */
import { type ComputeBackend, unknownName } from "../../base/index.js";
import { type Baseline, flopsLinear, logLinear, lowRank, medianRatio, utilisation } from "../../baselines/index.js";
import {
  loadTransferMethod,
  type TransferMethod,
  type TransferMethodName,
  transferMethodNames,
} from "../../transfer/index.js";
import { createBaselineMethod } from "./baseline-method.js";

const baselines = {
  "log-linear": { summary: "least squares on the sources' log latencies and the log config", baseline: logLinear },
  "low-rank": {
    summary: "factors of the sources' log latencies, the target's own loadings (Pitot)",
    baseline: lowRank,
  },
  utilisation: { summary: "the roofline's time by a utilisation from 0 to 1 (NeuSight)", baseline: utilisation },
  "median-ratio": { summary: "the sources' geometric mean times the median ratio", baseline: medianRatio },
  flops: { summary: "linear in FLOPs and parameters, no source", baseline: flopsLinear },
} as const satisfies Record<string, { summary: string; baseline: Baseline }>;

type BaselineName = keyof typeof baselines;
export type MethodName = TransferMethodName | "scratch" | BaselineName;
export const methodNames: readonly MethodName[] = [
  ...transferMethodNames,
  "scratch",
  ...(Object.keys(baselines) as BaselineName[]),
];

/** @throws LitepredError `unknown-name`. */
export async function loadMethod(name: string, backend: ComputeBackend): Promise<TransferMethod> {
  const known = methodNames.find((method) => method === name);
  if (known === undefined) throw unknownName("transfer method", name, methodNames);
  if (known === "scratch") return fromScratch(await loadTransferMethod("default", backend));
  if (!isBaseline(known)) return loadTransferMethod(known, backend);
  const { summary, baseline } = baselines[known];
  return createBaselineMethod(known, summary, baseline);
}

const isBaseline = (name: MethodName): name is BaselineName => Object.hasOwn(baselines, name);

function fromScratch(method: TransferMethod): TransferMethod {
  return {
    name: "scratch",
    summary: `${method.name} without any source`,
    adapt: async (task) => {
      const kernels = task.kernels.map((kernel) => ({ ...kernel, sources: [] }));
      return { ...(await method.adapt({ ...task, kernels })), method: "scratch" };
    },
  };
}

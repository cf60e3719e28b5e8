/** The methods that `evaluate transfer` knows, by name. */
import { type ComputeBackend, LitepredError } from "../../base/index.js";
import { flopsLinear, logLinear, medianRatio } from "../../baselines/index.js";
import { loadTransferMethod, type TransferMethod, transferMethodNames } from "../../transfer/index.js";
import { createBaselineMethod } from "./baseline-method.js";

const baselines: readonly TransferMethod[] = [
  createBaselineMethod("log-linear", "least squares on the sources' log latencies and the log config", logLinear),
  createBaselineMethod("median-ratio", "the sources' geometric mean times the median ratio", medianRatio),
  createBaselineMethod("flops", "linear in FLOPs and parameters, no source", flopsLinear),
];

export const methodNames: readonly string[] = [...transferMethodNames, "scratch", ...baselines.map(({ name }) => name)];

/** @throws LitepredError `unknown-name`. */
export async function loadMethod(name: string, backend: ComputeBackend): Promise<TransferMethod> {
  const baseline = baselines.find((method) => method.name === name);
  if (baseline !== undefined) return baseline;
  if (name === "scratch") return fromScratch(await loadTransferMethod("default", backend));
  const known = transferMethodNames.find((method) => method === name);
  if (known !== undefined) return loadTransferMethod(known, backend);
  throw new LitepredError("unknown-name", `there is no transfer method "${name}"`, `known: ${methodNames.join(", ")}`);
}

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

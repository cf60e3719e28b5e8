/** Which baselines are compared with ours on real platforms, and what each is given of the target. Pure. */
import { LitepredError, unknownName } from "../../base/index.js";

export const baselineMethods = [
  "flops",
  "flops+params",
  "look-up",
  "nn-meter",
  "brp-nas",
  "help",
  "help*",
  "litepred",
  "default",
] as const;
export type BaselineMethod = (typeof baselineMethods)[number];

/** What is measured of the target, in words of the table. */
export const trainingData: Readonly<Record<BaselineMethod, string>> = {
  flops: "architectures",
  "flops+params": "architectures",
  "look-up": "kernels",
  "nn-meter": "kernels",
  "brp-nas": "architectures",
  help: "architectures, other platforms",
  "help*": "as many measurements as ours, other platforms",
  litepred: "kernels, architectures, pool",
  default: "kernels, architectures, pool",
};

/** These two go the one path of adaptation (`evaluate transfer`); the others are fitted here. */
export const isTransfer = (method: BaselineMethod): method is "litepred" | "default" =>
  method === "litepred" || method === "default";

export interface BaselinePlan {
  readonly method: BaselineMethod;
  readonly seed: number;
}

/** @throws LitepredError `unknown-name`, `bad-usage`. */
export function planBaselines(methods: readonly string[] = baselineMethods, seeds = 3): BaselinePlan[] {
  if (!(Number.isInteger(seeds) && seeds >= 1))
    throw new LitepredError("bad-usage", `--seeds ${seeds} is not 1 or more`);
  const known = methods.map((name) => {
    const method = baselineMethods.find((one) => one === name);
    if (method !== undefined) return method;
    throw unknownName("baseline", name, baselineMethods);
  });
  return Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) => known.map((method) => ({ method, seed })));
}

/** Named measuring protocols. A protocol is a value and is stored with every number. */
import { unknownName } from "../base/index.js";
import type { Protocol } from "../measurements/index.js";
import type { TurnPlan } from "./interleave.js";

export const protocolNames = ["brief", "quick", "standard", "careful"] as const;
export type ProtocolName = (typeof protocolNames)[number];

const reference = { method: "reference", warmup: 2 } as const;

/**
 * How long follows the noise found on shared machines: sessions of half a second repeat within 1.6 % in the median, and models that
 * are loaded anew lie elsewhere in memory, which moves small ones by some per cent: so rather a further session than a longer one.
 */
export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  brief: { ...reference, name: "brief", maxMs: 150, sessions: 1, kernelsPerModel: 32, tolerance: 0.01, maxSpread: 1 },
  quick: { ...reference, name: "quick", maxMs: 250, sessions: 2, kernelsPerModel: 32, tolerance: 0.01, maxSpread: 0.1 },
  standard: {
    ...reference,
    name: "standard",
    maxMs: 400,
    sessions: 3,
    kernelsPerModel: 24,
    tolerance: 0.005,
    maxSpread: 0.06,
  },
  careful: {
    ...reference,
    name: "careful",
    maxMs: 1000,
    sessions: 5,
    kernelsPerModel: 16,
    tolerance: 0.0025,
    maxSpread: 0.04,
  },
};

/** @throws LitepredError `unknown-name`. */
export function protocol(name: string): Protocol {
  const found = protocolNames.find((known) => known === name);
  if (found !== undefined) return protocols[found];
  throw unknownName("protocol", name, protocolNames);
}

/** Turns of whole models: about as long as the references. Those of kernels: many take turns between two of the references'. Choice. */
const modelTurnMs = 10;
const kernelTurnMs = 4;

/** @param engineTurnMs least turn of the engine, where it has one */
export const modelPlan = ({ warmup, maxMs, tolerance }: Protocol, engineTurnMs = 0): TurnPlan => ({
  warmup,
  maxMs,
  tolerance,
  turnMs: Math.max(modelTurnMs, engineTurnMs),
});

/** Kernels are short: a tenth of the time tells as much. */
export const kernelPlan = ({ warmup, maxMs, tolerance }: Protocol, engineTurnMs = 0): TurnPlan => ({
  warmup,
  maxMs: maxMs / 10,
  tolerance,
  turnMs: Math.max(kernelTurnMs, engineTurnMs),
});

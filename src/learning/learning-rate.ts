import type { NetworkRecipe } from "./network.js";

/** Share of a one-cycle schedule in which the rate climbs, its start and its end relative to the peak (PyTorch's defaults). */
const CLIMB = 0.3;
const START = 1 / 25;
const END = START / 1e4;

/** The learning rate of step `step` of `epoch`, both from 0. */
export function learningRateAt(
  { schedule, learningRate, epochs }: Pick<NetworkRecipe, "schedule" | "learningRate" | "epochs">,
  epoch: number,
  step: number,
  steps: number,
): number {
  switch (schedule) {
    case "constant":
      return learningRate;
    case "cosine":
      return between(learningRate, 0, epoch / epochs);
    case "one-cycle": {
      const done = (epoch * steps + step) / Math.max(1, epochs * steps - 1);
      if (done < CLIMB) return between(learningRate * START, learningRate, done / CLIMB);
      return between(learningRate, learningRate * END, (done - CLIMB) / (1 - CLIMB));
    }
    default:
      return schedule satisfies never;
  }
}

/** Half a cosine wave from one value to another. */
const between = (from: number, to: number, share: number): number =>
  to + ((from - to) * (1 + Math.cos(Math.PI * share))) / 2;

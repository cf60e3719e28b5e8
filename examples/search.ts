/** The best network of a space under a latency budget on a platform. */
import { search } from "../src/index.js";

export async function bestUnder(maxLatencyMs: number, platform: string, home = ".litepred") {
  const { best, pareto, smallestMs } = await search({
    home,
    space: "ofa-mobilenetv3",
    platforms: [platform],
    maxLatencyMs: [maxLatencyMs],
    evaluations: 2000,
  });
  return { best: best[0], front: pareto.length, smallestMs };
}

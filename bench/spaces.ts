/** Architectures drawn, built and turned into kernel lists, for each space on one core. */
import { createRandom } from "../src/base/index.js";
import { fusionRules } from "../src/kernels/index.js";
import { kernelLists, loadSpaces, nasSpaceNames, zooSpaceNames } from "../src/spaces/index.js";
import type { BenchResult } from "./result.js";

const warmUpMs = 1500;
const measuredMs = 2000;

export default async function* run(): AsyncGenerator<BenchResult> {
  const rules = fusionRules("onnxruntime", { nchwcBlock: 16 });
  for (const space of await loadSpaces([...nasSpaceNames, ...zooSpaceNames])) {
    const random = createRandom(1);
    const kernelsOf = kernelLists(space, rules);
    const rate = (forMs: number) => {
      const start = performance.now();
      let count = 0;
      while (performance.now() - start < forMs) {
        kernelsOf(space.sample(random));
        count++;
      }
      return (1000 * count) / (performance.now() - start);
    };
    rate(warmUpMs);
    const searched = (nasSpaceNames as readonly string[]).includes(space.name);
    yield {
      what: `${space.name}: architectures to kernel lists`,
      value: rate(measuredMs),
      unit: "per second",
      // The goal is for the spaces that are searched; the zoo only feeds statistics.
      ...(searched ? { goal: { atLeast: 1000 } } : {}),
    };
  }
}

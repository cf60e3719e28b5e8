/** Random valid configs of a kernel type, for property tests. */
import type { Random } from "../../src/base/index.js";
import { type KernelConfig, kernelTypeOf, projectConfig } from "../../src/kernels/index.js";

/** Log-uniform numbers up to `limit` (or the field's own range), any choice, made valid. */
export function randomConfig(type: string, random: Random, limit: number): KernelConfig {
  const loose: Record<string, number | string> = {};
  for (const field of kernelTypeOf(type).fields) {
    if (field.kind === "choice") loose[field.name] = random.pick(field.choices);
    else loose[field.name] = field.min - 1 + Math.exp(random.next() * Math.log(Math.min(field.max, limit)));
  }
  return projectConfig(type, loose);
}

/**
 * Configs at the edges of what was measured: every choice that the catalogue has and nothing measured had, and sizes beyond the smallest
 * and largest, so that models of kinds that the spaces lack are within the range of a platform's predictors.
 */
import { exampleConfig, type KernelConfig, kernelTypeOf, projectConfig } from "../kernels/index.js";

/** Sizes go beyond those measured by this factor. Choice. */
const beyond = 4;
/** Kernels with more elements than this take longer than they tell. Choice. */
const mostElements = 16e6;

/** Distinct valid configs; `measured` may be empty: then they surround the catalogue's example. */
export function edgeConfigs(type: string, measured: readonly KernelConfig[]): KernelConfig[] {
  const row = kernelTypeOf(type);
  const base = typical(measured) ?? exampleConfig(row);
  // Choices first: a value that was never seen says nothing of itself, a size beyond is a guess at least.
  const fields = [...row.fields].sort((a, b) => Number(b.kind === "choice") - Number(a.kind === "choice"));
  const changes = fields.flatMap((field): KernelConfig[] => {
    if (field.kind === "choice") {
      const known = new Set(measured.map((config) => config[field.name]));
      return field.choices.filter((choice) => !known.has(choice)).map((choice) => ({ [field.name]: choice }));
    }
    const values = measured.map((config) => Number(config[field.name]));
    const [least, most] =
      values.length > 0 ? [Math.min(...values), Math.max(...values)] : [1, Number(base[field.name])];
    return [Math.floor(least / beyond), most * beyond].map((value) => ({
      [field.name]: Math.min(field.max, Math.max(field.min, value)),
    }));
  });
  const found = new Map<string, KernelConfig>();
  for (const change of changes) {
    const config = projectConfig(row, { ...base, ...change });
    const { input, output, weight } = row.elements(config);
    if (input + output + weight <= mostElements) found.set(JSON.stringify(config), config);
  }
  return [...found.values()];
}

/** The config in the middle by its work: large ones beside one extreme size would be out of all proportion. */
function typical(measured: readonly KernelConfig[]): KernelConfig | undefined {
  const elements = (config: KernelConfig) =>
    Object.values(config).reduce<number>(
      (product, value) => product * (typeof value === "number" ? Math.max(1, value) : 1),
      1,
    );
  return [...measured].sort((a, b) => elements(a) - elements(b))[measured.length >> 2];
}

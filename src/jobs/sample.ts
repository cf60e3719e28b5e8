/** Kernel configs of one type by one sampler, with the statistics of all spaces behind it. */
import { createRandom, LitepredError } from "../base/index.js";
import { type KernelConfig, kernelTypeOf } from "../kernels/index.js";
import { parsePlatformId } from "../platforms/index.js";
import { collectStatistics, loadSampler, type SamplingReport, type TypeStatistics } from "../sampling/index.js";
import { loadSpaces, spaceNames } from "../spaces/index.js";
import { rulesOf } from "../workspace/index.js";

export interface SampleRequest {
  readonly kernel: string;
  readonly sampler: string;
  readonly count: number;
  readonly seed: number;
  /** Default: all spaces. */
  readonly spaces?: readonly string[] | undefined;
  /** Whose fusion rules decide what a kernel is. */
  readonly engine: string;
  readonly signal?: AbortSignal | undefined;
}

/** @throws LitepredError `bad-usage`, `unknown-kernel-type`, `unknown-name`, `no-data`. */
export async function sampleConfigs(
  request: SampleRequest,
): Promise<{ configs: readonly KernelConfig[]; report: SamplingReport }> {
  const { kernel, count, seed, signal } = request;
  const sampler = await loadSampler(request.sampler);
  const statistics = await statisticsOf(request);
  return sampler.sample({ type: kernel, count, seed, statistics, signal });
}

/**
 * What the spaces show of the kernel type; undefined where they have no such kernel.
 * @throws LitepredError `bad-usage`, `unknown-kernel-type`, `unknown-name`.
 */
export async function statisticsOf({
  kernel,
  count,
  seed,
  spaces,
  engine,
}: Omit<SampleRequest, "sampler">): Promise<TypeStatistics | undefined> {
  if (!Number.isInteger(count) || count < 1)
    throw new LitepredError("bad-usage", `--count ${count} is not a whole number above 0`, "for example --count 1000");
  kernelTypeOf(kernel);
  const statistics = collectStatistics({
    spaces: await loadSpaces(spaces ?? spaceNames),
    rules: rulesOf(parsePlatformId(`local/cpu/${engine}/fp32`)),
    random: createRandom(`${seed}/statistics`),
  });
  return statistics.types[kernel];
}

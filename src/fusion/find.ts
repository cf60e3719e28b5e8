/**
 * Finds out which operators an engine fuses: by time alone (the engine is a black box), and, where the engine tells its
 * operators, by counting them in the same chains. Failures of the engine are evidence of nothing and are kept as reasons.
 */
import { createRandom, midmean, stableJson } from "../base/index.js";
import { EngineFailure, type PreparedModel, type RunningEngine, type TimingPlan } from "../engines/index.js";
import type { Graph } from "../graph/index.js";
import { type ChainSize, chainGraph, chainSizes } from "./chains.js";
import { type CostPair, type Decision, decide, decideByCount, type FusionVerdict, medianWithError } from "./decide.js";
import type { FusionExperiment } from "./experiments.js";

export interface FusionRequest {
  readonly running: RunningEngine;
  /** Graph → bytes in the engine's format. @throws EngineFailure for a graph that has no form in it */
  encode(graph: Graph): Uint8Array;
  readonly experiments: readonly FusionExperiment[];
  /** Times that every chain is visited, in a new order each time. */
  readonly rounds: number;
  readonly seed: number;
  readonly sizes?: readonly ChainSize[];
  readonly signal?: AbortSignal | undefined;
  onProgress?(done: number, total: number, note: string): void;
}

export interface SizeEvidence extends CostPair {
  readonly size: ChainSize["name"];
  /** Blocks in each chain. */
  readonly blocks: number;
  readonly rounds: number;
}

/** Operators per block in the engine's own graph. */
export interface CountEvidence {
  readonly behind: number;
  readonly alone: number;
}

export interface FusionFinding {
  readonly experiment: FusionExperiment;
  readonly byTime: Decision & { readonly sizes: readonly SizeEvidence[] };
  /** Absent where the engine does not tell its operators. */
  readonly byCount?: { readonly verdict: FusionVerdict } & CountEvidence;
  /** Why there is no evidence, where the engine or the model's format refused a chain. */
  readonly reason?: string;
}

const roles = ["together", "without", "apart", "barrier"] as const;
type Role = (typeof roles)[number];

const visit: TimingPlan = { warmup: 2, runs: 24, maxMs: 8 };

export async function findFusions(request: FusionRequest): Promise<FusionFinding[]> {
  const { sizes = chainSizes, experiments } = request;
  const evidence = new Map<FusionExperiment, SizeEvidence[]>(experiments.map((experiment) => [experiment, []]));
  const reasons = new Map<FusionExperiment, string>();
  for (const [i, size] of sizes.entries()) {
    const progress = (round: number) =>
      request.onProgress?.(i * request.rounds + round, sizes.length * request.rounds, size.name);
    // Compositions are weighed by the number of operators, which only shows where starting one is what costs.
    const asked = experiments.filter(({ question }) => question === "into" || size.name === "small");
    const times = await timeChains(request, asked, size, progress);
    for (const experiment of asked) {
      const found = roles.map((role) => times.get(chainKey(experiment, role))!);
      const failure = found.find((chain) => chain instanceof EngineFailure);
      if (failure instanceof EngineFailure) reasons.set(experiment, `${size.name}: ${failure.message}`);
      else evidence.get(experiment)!.push(costs(experiment, found as number[][], size));
    }
  }
  const counts = await countOperators(request, sizes[0]!);
  return experiments.map((experiment) =>
    toFinding(experiment, evidence.get(experiment)!, reasons.get(experiment), counts),
  );
}

function toFinding(
  experiment: FusionExperiment,
  sizes: readonly SizeEvidence[],
  reason: string | undefined,
  counts: OperatorCounts,
): FusionFinding {
  const counted = countsOf(experiment, counts);
  return {
    experiment,
    byTime: {
      ...decide(sizes.map((cost) => ({ cost, expectation: expectationOf(experiment, cost.size) }))),
      sizes,
    },
    byCount: counted && { verdict: countVerdict(experiment, counted), ...counted },
    reason,
  };
}

export const countVerdict = ({ question, operators }: FusionExperiment, { behind, alone }: CountEvidence) =>
  decideByCount(behind, alone, question, operators);

const expectationOf = ({ question, operators, heavy }: FusionExperiment, size: ChainSize["name"]) => ({
  share: question === "one" ? 1 / operators : 0,
  open: heavy && size !== "small",
});

/** Chains that are equal are measured once: the key says what a chain computes. */
const chainKey = (experiment: FusionExperiment, role: Role): string => {
  const known = chainKeys.get(experiment) ?? {};
  known[role] ??= keyOf(chainGraph(experiment[role], experiment.on, { ...chainSizes[0]!, blocks: 1 }));
  chainKeys.set(experiment, known);
  return known[role];
};
const chainKeys = new WeakMap<FusionExperiment, Partial<Record<Role, string>>>();

const keyOf = ({ nodes, tensors }: Graph) =>
  stableJson({
    nodes,
    tensors: [...tensors.values()].map(({ shape, values = [] }) => [shape, Array.from(values, Number)]),
  });

function distinctChains(experiments: readonly FusionExperiment[], size: ChainSize): Map<string, Graph> {
  const chains = new Map<string, Graph>();
  for (const experiment of experiments)
    for (const role of roles) {
      const key = chainKey(experiment, role);
      if (!chains.has(key)) chains.set(key, chainGraph(experiment[role], experiment.on, size));
    }
  return chains;
}

/** Milliseconds of a whole chain by round, or why there are none. */
type ChainTimes = ReadonlyMap<string, number[] | EngineFailure>;

async function timeChains(
  request: FusionRequest,
  experiments: readonly FusionExperiment[],
  size: ChainSize,
  progress: (round: number) => void,
): Promise<ChainTimes> {
  const { rounds, signal } = request;
  const random = createRandom(`${request.seed}/${size.name}`);
  const times = new Map<string, number[] | EngineFailure>();
  const prepared = new Map<string, PreparedModel>();
  const graphs = distinctChains(experiments, size);
  const attempt = async (key: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      times.set(key, error);
    }
  };
  const prepare = async (key: string) => {
    prepared.set(key, await request.running.prepare(request.encode(graphs.get(key)!)));
    times.set(key, times.get(key) ?? []);
  };
  /** A chain whose process another one took down is loaded again. */
  const timeAgain = async (key: string) => {
    try {
      return await prepared.get(key)!.time(visit);
    } catch (error) {
      if (!(error instanceof EngineFailure) || !/process has ended/.test(error.message)) throw error;
      await prepare(key);
      return prepared.get(key)!.time(visit);
    }
  };
  for (const key of graphs.keys()) await attempt(key, () => prepare(key));
  for (let round = 0; round < rounds && !signal?.aborted; round++) {
    for (const key of random.shuffle([...prepared.keys()])) {
      const found = times.get(key)!;
      if (found instanceof EngineFailure) continue;
      await attempt(key, async () => {
        found.push(midmean(await timeAgain(key)));
      });
    }
    progress(round + 1);
  }
  for (const model of prepared.values()) await model.release().catch(() => {});
  return times;
}

function costs(experiment: FusionExperiment, chains: readonly number[][], size: ChainSize): SizeEvidence {
  const [together, without, apart, barrier] = chains as [number[], number[], number[], number[]];
  const difference = (a: readonly number[], b: readonly number[]) =>
    medianWithError(a.map((ms, round) => (ms - b[round]!) / size.blocks));
  const behind = difference(together, without);
  const alone = difference(apart, barrier);
  const times = experiment.question === "one" ? experiment.operators : 1;
  return {
    size: size.name,
    blocks: size.blocks,
    rounds: together.length,
    behindMs: behind.value,
    behindErrorMs: behind.error,
    aloneMs: times * alone.value,
    aloneErrorMs: times * alone.error,
  };
}

/** Operators that the engine runs for each chain. */
type OperatorCounts = ReadonlyMap<string, number>;

const counting: TimingPlan = { warmup: 0, runs: 3, maxMs: 5 };

async function countOperators(request: FusionRequest, size: ChainSize): Promise<OperatorCounts> {
  const counts = new Map<string, number>();
  for (const [key, graph] of distinctChains(request.experiments, size)) {
    if (request.signal?.aborted) break;
    try {
      const model = await request.running.prepare(request.encode(graph), { profile: true });
      try {
        const moves = graph.nodes.some(({ operator }) => movers.has(operator));
        await model.time(counting);
        const operators = await model.operators();
        counts.set(
          key,
          operators.filter((op) => op.timesMs.some((ms) => ms > 0) && !isLayout(op.operator, moves)).length,
        );
      } finally {
        await model.release().catch(() => {});
      }
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      // An engine that does not tell the first chain's operators tells none.
      if (counts.size === 0 && /no times by operator/.test(error.message)) break;
    }
  }
  return counts;
}

const movers: ReadonlySet<string> = new Set(["Transpose", "Concat", "Split", "Pad"]);
/** Changes of layout around an operator are not what is asked for; where the chain itself moves numbers they may be it. */
function isLayout(operator: string, moves: boolean): boolean {
  if (["ReorderInput", "ReorderOutput", "Reorder", "TransformLayout"].includes(operator)) return true;
  return !moves && ["Transpose", "Raster"].includes(operator);
}

function countsOf(experiment: FusionExperiment, counts: OperatorCounts, blocks = chainSizes[0]!.blocks) {
  const [together, without, apart, barrier] = roles.map((role) => counts.get(chainKey(experiment, role)));
  if (together === undefined || without === undefined || apart === undefined || barrier === undefined) return undefined;
  return { behind: (together - without) / blocks, alone: (apart - barrier) / blocks };
}

/** The same counts where `count` says how many kernels a graph is, e.g. by fusion rules. */
export function expectedCounts(experiment: FusionExperiment, count: (graph: Graph) => number): CountEvidence {
  const [together, without, apart, barrier] = roles.map((role) =>
    count(chainGraph(experiment[role], experiment.on, chainSizes[0]!)),
  ) as [number, number, number, number];
  const { blocks } = chainSizes[0]!;
  return { behind: (together - without) / blocks, alone: (apart - barrier) / blocks };
}

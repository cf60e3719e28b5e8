/** Asks an engine of this machine which operators it fuses, and says where the rules kept for it differ. */
import { loadavg } from "node:os";
import { LitepredError } from "../base/index.js";
import {
  countVerdict,
  expectedCounts,
  type FusionEvidence,
  type FusionExperiment,
  type FusionFinding,
  findFusions,
  fusionExperiments,
  type PairEvidence,
} from "../fusion/index.js";
import { detectKernels, type FusionRules } from "../kernels/index.js";
import { readCpuFacts } from "../platforms/index.js";
import { encoderOf } from "./encoding.js";
import { openLocalPlatform, rulesOf } from "./workspace.js";

export interface FindRulesRequest {
  readonly home: string;
  /** Platform of this machine, or the name of an engine. */
  readonly target: string;
  /** Parts of the names of the pairs to look at; default: all. */
  readonly pairs?: readonly string[] | undefined;
  readonly rounds: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  onProgress?(done: number, total: number, note: string): void;
}

/** @throws LitepredError for an unknown pair, or an engine that is not there */
export async function findRules(request: FindRulesRequest): Promise<FusionEvidence> {
  const experiments = chosen(request.pairs);
  const id = request.target.includes("/") ? request.target : `local/cpu/${request.target}/fp32`;
  const local = await openLocalPlatform(id, request.home);
  const { platform, engine, description } = local;
  const rules = rulesOf(platform);
  const started = performance.now();
  const load = loadavg()[0]!;
  const running = await engine.start(platform);
  try {
    const findings = await findFusions({
      running,
      encode: encoderOf(description.format, platform.precision),
      experiments,
      rounds: request.rounds,
      seed: request.seed,
      signal: request.signal,
      onProgress: request.onProgress?.bind(request),
    });
    return {
      engine: platform.engine,
      version: platform.version,
      platform: local.id,
      cpu: readCpuFacts().model,
      date: new Date().toISOString().slice(0, 10),
      rounds: request.rounds,
      seconds: Math.round((performance.now() - started) / 1000),
      load: rounded(load),
      pairs: findings.map((finding) => toEvidence(finding, rules)),
    };
  } finally {
    await running.close();
  }
}

function chosen(names: readonly string[] | undefined): readonly FusionExperiment[] {
  if (names === undefined || names.length === 0) return fusionExperiments;
  const known = fusionExperiments.map(({ name }) => name);
  const unknown = names.find((part) => !known.some((name) => name.includes(part)));
  if (unknown !== undefined)
    throw new LitepredError("unknown-name", `there is no pair "${unknown}"`, `pairs: ${known.join(", ")}`);
  return fusionExperiments.filter(({ name }) => names.some((part) => name.includes(part)));
}

function toEvidence({ experiment, byTime, byCount, reason }: FusionFinding, rules: FusionRules): PairEvidence {
  const expected = expectedCounts(
    experiment,
    (graph) => detectKernels(graph, rules).kernels.filter(({ type }) => type !== "reorder").length,
  );
  const us = (ms: number) => Number((ms * 1000).toPrecision(3));
  return {
    name: experiment.name,
    question: experiment.question,
    byTime: {
      verdict: byTime.verdict,
      confidence: rounded(byTime.confidence),
      sizes: byTime.sizes.map((cost) => ({
        size: cost.size,
        behindUs: us(cost.behindMs),
        behindError: us(cost.behindErrorMs),
        aloneUs: us(cost.aloneMs),
        aloneError: us(cost.aloneErrorMs),
      })),
    },
    ...(byCount === undefined
      ? {}
      : { byCount: { verdict: byCount.verdict, behind: rounded(byCount.behind), alone: rounded(byCount.alone) } }),
    rules: {
      verdict: countVerdict(experiment, expected),
      behind: rounded(expected.behind),
      alone: rounded(expected.alone),
    },
    ...(reason === undefined ? {} : { reason: reason.slice(0, 160) }),
  };
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** Asks an engine of this machine which operators it fuses, and says where the rules kept for it differ. */
import { loadavg } from "node:os";
import { encoderOf } from "../engines/index.js";
import { experimentsNamed, type FusionEvidence, findFusions, pairEvidence, toThousandths } from "../fusion/index.js";
import { readCpuFacts } from "../platforms/index.js";
import { openLocalPlatform, rulesOf } from "../workspace/index.js";

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
  const experiments = experimentsNamed(request.pairs);
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
      load: toThousandths(load),
      pairs: findings.map((finding) => pairEvidence(finding, rules)),
    };
  } finally {
    await running.close();
  }
}

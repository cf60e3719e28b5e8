/** What the store has of a target: kernels, networks for corrections, and the test, which no fit looks at. */
import { getOrCreate } from "../../base/index.js";
import type { FusionRules } from "../../kernels/index.js";
import type { Measurement, Purpose } from "../../measurements/index.js";
import { parsePlatformId } from "../../platforms/index.js";
import { networkKernels, networksToFit } from "../../sampling/index.js";
import type { MeasuredNetwork } from "../../transfer/index.js";
import { measuredNchwcBlock, rulesOf } from "../../workspace/index.js";
import { isEvaluated } from "./plan.js";
import type { MeasuredArchitecture } from "./report.js";

export interface Target {
  readonly platform: string;
  readonly rules: FusionRules;
  readonly rows: readonly Measurement[];
  /** By name: networks measured whole for corrections, of any space. */
  readonly fits: ReadonlyMap<string, MeasuredNetwork>;
  /** The test: of the evaluated spaces, and none of them measured for a fit or profiled. */
  readonly architectures: readonly MeasuredArchitecture[];
}

export async function readTarget(platform: string, rows: readonly Measurement[]): Promise<Target> {
  const rules = rulesOf(parsePlatformId(platform), measuredNchwcBlock(rows));
  const learned = new Set(
    rows.flatMap((row) => (isLearned(row) && row.subject.kind === "model" ? row.subject.name : [])),
  );
  const times = { fit: looksAt(rows, "fit"), test: looksAt(rows, "test") };
  const fits = new Map<string, MeasuredNetwork>();
  for (const [name, looks] of times.fit) {
    const [measuredMs, detection] = [looks.get(1), await networkKernels(name, rules)];
    if (detection && measuredMs !== undefined) fits.set(name, { detection, measuredMs });
  }
  const architectures: MeasuredArchitecture[] = [];
  for (const [name, looks] of times.test) {
    const space = name.split("/")[0]!;
    const measuredMs = looks.get(1);
    if (measuredMs === undefined || learned.has(name) || !isEvaluated(space)) continue;
    const detection = await networkKernels(name, rules);
    if (detection) architectures.push({ name, space, detection, measuredMs, againMs: looks.get(2) });
  }
  return { platform, rules, rows, fits, architectures };
}

const isLearned = ({ purpose }: Measurement) => purpose === "fit" || purpose === "in-model";

/** By name: ms of each look at a network. */
function looksAt(rows: readonly Measurement[], wanted: Purpose): Map<string, Map<number, number>> {
  const looks = new Map<string, Map<number, number>>();
  for (const { subject, outcome, purpose, repeat = 1 } of rows)
    if (subject.kind === "model" && outcome.status === "ok" && purpose === wanted)
      getOrCreate(looks, subject.name, () => new Map<number, number>()).set(repeat, outcome.latencyMs);
  return looks;
}

/** Those that `adapt` would measure with this seed. */
export async function networksOfDraw({ fits, rules }: Target, run: number, models: number): Promise<MeasuredNetwork[]> {
  const wanted = await networksToFit(models, run, rules);
  return wanted.flatMap(({ name }) => fits.get(name) ?? []);
}

/**
 * The accuracy predictor of OFA-MobileNetV3 that ships (data/accuracy/ofa-mobilenetv3.json): the fit, how wide its intervals are, and
 * where it comes from. It refuses what nothing was measured of: width 1.2, resolutions outside 128 to 224.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { conformalQuantile, LitepredError, packagePath, usualLevel } from "../../base/index.js";
import type { AccuracyPredictor } from "../types.js";
import { type OfaArchitecture, ofaColumns } from "./features.js";
import { type OfaOrigin, ofaAccuracies } from "./fit.js";

const figures = z.strictObject({ n: z.number(), mae: z.number(), p90: z.number(), spearman: z.number() });
const byOrigin = <T extends z.ZodType>(of: T) => z.strictObject({ random: of, searched: of });

const contentSchema = z.strictObject({
  space: z.literal("ofa-mobilenetv3"),
  summary: z.string(),
  provenance: z.array(z.strictObject({ rows: z.number(), file: z.string(), source: z.string(), licence: z.string() })),
  made: z.strictObject({ by: z.string(), date: z.string() }),
  /** Of each kind of sub-networks, none of the same depths among those that were fitted. */
  heldOut: byOrigin(figures),
  /** Evenly thinned order statistics of the held-out absolute errors, in points. */
  errors: byOrigin(z.array(z.number().nonnegative()).min(20)),
  intercept: z.number(),
  coefficients: z.array(z.number()).length(ofaColumns),
});

/** The file's content. */
export type OfaAccuracyContent = z.infer<typeof contentSchema>;

export const ofaAccuracyFile = (): string => packagePath("data", "accuracy", "ofa-mobilenetv3.json");

const [lowest, random, highest] = [128, 192, 224];

/** @throws LitepredError `corrupt-artefact` */
export function createOfaAccuracy(content: unknown): AccuracyPredictor<OfaArchitecture> {
  const parsed = contentSchema.safeParse(content);
  if (!parsed.success)
    throw new LitepredError("corrupt-artefact", `accuracy of OFA-MobileNetV3: ${z.prettifyError(parsed.error)}`);
  const { errors, ...weights } = parsed.data;
  return {
    name: "ofa-mobilenetv3",
    space: "ofa-mobilenetv3",
    fixed: { w: 1 },
    predictAll(architectures, level = usualLevel) {
      for (const architecture of architectures) requireKnown(architecture);
      const widths = intervalWidths(errors, level);
      return Array.from(ofaAccuracies(weights, architectures), (accuracy, i) => {
        const half = widths(architectures[i]!.r);
        return { accuracy, lowAccuracy: accuracy - half, highAccuracy: accuracy + half };
      });
    },
  };
}

export const loadOfaAccuracy = (file = ofaAccuracyFile()): AccuracyPredictor<OfaArchitecture> =>
  createOfaAccuracy(JSON.parse(readFileSync(file, "utf8")));

function requireKnown({ r, w }: OfaArchitecture): void {
  if (w !== 1)
    throw new LitepredError(
      "invalid-config",
      `the accuracy of OFA-MobileNetV3 at width ${w} is not known`,
      "width 1.0 alone was measured: keep w at 1",
      { w },
    );
  if (!(r >= lowest && r <= highest))
    throw new LitepredError(
      "invalid-config",
      `the accuracy of OFA-MobileNetV3 at resolution ${r} is not known`,
      `resolutions from ${lowest} to ${highest} were measured`,
      { r },
    );
}

/** Half width by resolution: up to 192 that of the random ones, at 224 that of the searched ones, in between in proportion. */
function intervalWidths(errors: Readonly<Record<OfaOrigin, readonly number[]>>, level: number) {
  const [below, above] = [conformalQuantile(errors.random, level), conformalQuantile(errors.searched, level)];
  return (r: number) => below + (above - below) * Math.max(0, (r - random) / (highest - random));
}

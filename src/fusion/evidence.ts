/** The evidence behind fusion rules, as kept in data/fusion-rules/evidence/<engine>@<version>.json: one line for each question. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { packagePath, saveWhole } from "../base/index.js";

const verdict = z.enum(["fused", "not fused", "unknown"]);
/** Operators per block: behind the producer, and alone. */
const counts = z.object({ verdict, behind: z.number(), alone: z.number() });

const pairSchema = z.object({
  name: z.string(),
  /** "into": is the follower fused into what is before it; "one": is the composition run as one operator. */
  question: z.enum(["into", "one"]),
  byTime: z.object({
    verdict,
    confidence: z.number(),
    /** Microseconds per block with standard errors: behind the producer, and alone (times the operators of a composition). */
    sizes: z.array(
      z.object({
        size: z.string(),
        behindUs: z.number(),
        behindError: z.number(),
        aloneUs: z.number(),
        aloneError: z.number(),
      }),
    ),
  }),
  /** The engine's own operators, where it tells them. */
  byCount: counts.optional(),
  /** What data/fusion-rules says about the same chains. */
  rules: counts,
  reason: z.string().optional(),
});
export type PairEvidence = z.infer<typeof pairSchema>;

const evidenceSchema = z.object({
  engine: z.string(),
  version: z.string(),
  platform: z.string(),
  cpu: z.string(),
  date: z.string(),
  rounds: z.number(),
  seconds: z.number(),
  load: z.number(),
  pairs: z.array(pairSchema),
});
export type FusionEvidence = z.infer<typeof evidenceSchema>;

const folder = () => packagePath("data", "fusion-rules", "evidence");

/** Returns the file's path. */
export function writeEvidence(evidence: FusionEvidence): string {
  const path = join(folder(), `${evidence.engine}@${evidence.version}.json`);
  const { pairs, ...head } = evidence;
  const lines = pairs.map((pair) => `    ${JSON.stringify(pair)}`).join(",\n");
  saveWhole(path, `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "pairs": [\n${lines}\n  ]\n}\n`);
  return path;
}

/** All that is kept, by engine and version. */
export function readEvidence(): FusionEvidence[] {
  return readdirSync(folder())
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => evidenceSchema.parse(JSON.parse(readFileSync(join(folder(), file), "utf8"))));
}

/** What is known of a pair: the engine's own graph where it tells, else the times. */
export const knownVerdict = ({ byCount, byTime }: PairEvidence) =>
  byCount !== undefined && byCount.verdict !== "unknown" ? byCount.verdict : byTime.verdict;

/** Pairs of which the rules say something else than what was found. */
export const disagreements = ({ pairs }: FusionEvidence): PairEvidence[] =>
  pairs.filter((pair) => {
    const found = knownVerdict(pair);
    return found !== "unknown" && pair.rules.verdict !== "unknown" && found !== pair.rules.verdict;
  });

/** Evidence of fusion rules as text for people. */
import { disagreements, type FusionEvidence, knownVerdict, type PairEvidence } from "../fusion/index.js";
import type { renderTable } from "./render.js";

export function evidenceText(evidence: FusionEvidence, table: typeof renderTable): string {
  const differing = disagreements(evidence);
  return [
    `${evidence.platform}, ${evidence.rounds} rounds, ${evidence.seconds} s`,
    table(
      ["pair", "by time", "confidence", "µs behind / alone, small first", "by graph", "rules", ""],
      evidence.pairs.map((pair) => [
        pair.name,
        pair.byTime.verdict,
        pair.byTime.confidence.toFixed(3),
        pair.byTime.sizes.map(cost).join("   "),
        pair.byCount === undefined ? "–" : `${pair.byCount.verdict} ${pair.byCount.behind}/${pair.byCount.alone}`,
        pair.rules.verdict,
        pair.reason ?? (differing.includes(pair) ? "differs" : ""),
      ]),
    ),
    differing.length === 0
      ? "the rules agree with what was found"
      : differing.map((p) => `${p.name}: found ${knownVerdict(p)}, rules say ${p.rules.verdict}`).join("\n"),
  ].join("\n");
}

const cost = (size: PairEvidence["byTime"]["sizes"][number]) =>
  `${size.behindUs}±${size.behindError}/${size.aloneUs}±${size.aloneError}`;

/** The page docs/results/fusion-rules.md, from the evidence that is kept. */
import { disagreements, type FusionEvidence, knownVerdict, type PairEvidence } from "./evidence.js";

const verdicts = ["fused", "not fused", "unknown"] as const;
type Verdict = (typeof verdicts)[number];

/** How often each verdict by time meets each verdict by the engine's own graph; rows: by graph. */
export function confusion(pairs: readonly PairEvidence[]): Record<Verdict, Record<Verdict, number>> {
  const row = () => ({ fused: 0, "not fused": 0, unknown: 0 });
  const table = { fused: row(), "not fused": row(), unknown: row() };
  for (const { byCount, byTime } of pairs) if (byCount !== undefined) table[byCount.verdict][byTime.verdict]++;
  return table;
}

export function fusionPage(all: readonly FusionEvidence[]): string {
  return `${[introduction, overview(all), ...all.map(section)].join("\n\n")}\n`;
}

const introduction = `# Which operators an engine fuses

Made by \`litepred engines rules --markdown\` from data/fusion-rules/evidence, which \`litepred engines rules <engine> --write\` measures.

For each pair "A+B", four chains of k equal blocks run: A B, A, X B, and X, where X is an operator that takes nothing in. What B
costs behind A, T(AB) − T(A), is set against what it costs alone, T(XB) − T(X); input, output and the rest cancel out. Three
sizes: small (24 blocks of 16 × 4 × 4 numbers: starting an operator is what costs), medium (8 of 16 × 40 × 40), large (4 of
16 × 128 × 128). All chains of a size are loaded at once and visited in a new order in every round, so that each difference is
taken within a round. "Fused" needs a probability of 95 %, as does "not fused"; the rest is unknown. A composition ("composed …",
"attention") is one kernel where it costs as much as one plain operator, not n. "By graph": operators counted in what the engine's
profiler shows of the same chains. What the writer of a format fuses (TFLite, ncnn) or the engine's converter (MNN, MindSpore)
counts as the engine's. Evidence per cent: cost behind A ÷ cost alone in the small chains.`;

function overview(all: readonly FusionEvidence[]): string {
  const rows = all.map((evidence) => {
    const { pairs } = evidence;
    const count = (verdict: Verdict) => pairs.filter(({ byTime }) => byTime.verdict === verdict).length;
    const told = pairs.filter(({ byCount }) => byCount !== undefined && byCount.verdict !== "unknown");
    const clear = told.filter(({ byTime }) => byTime.verdict !== "unknown");
    const same = clear.filter(({ byTime, byCount }) => byTime.verdict === byCount!.verdict);
    const refused = pairs.filter(({ reason }) => reason !== undefined).length;
    return [
      `${evidence.engine}@${evidence.version}`,
      `${count("fused")} / ${count("not fused")} / ${count("unknown")}`,
      refused,
      told.length === 0 ? "–" : `${same.length} of ${clear.length} (${told.length - clear.length} undecided)`,
      disagreements(evidence).length,
      `${evidence.seconds} s`,
      evidence.date,
    ];
  });
  return table(
    ["engine", "by time: fused / not / unknown", "refused", "by time = by graph", "rules differ", "took", "date"],
    rows,
  );
}

function section(evidence: FusionEvidence): string {
  const { pairs } = evidence;
  const told = pairs.some(({ byCount }) => byCount !== undefined);
  const differing = disagreements(evidence);
  const parts = [
    `## ${evidence.engine} ${evidence.version}`,
    `\`${evidence.platform}\`, ${evidence.cpu}, ${evidence.date}, ${evidence.rounds} rounds, load ${evidence.load} at the start.`,
    ...(told ? [confusionTable(pairs)] : []),
    differing.length === 0
      ? "The rules agree with everything found."
      : `The rules differ: ${differing.map((pair) => `${pair.name} (found ${knownVerdict(pair)}, rules ${pair.rules.verdict})`).join("; ")}.`,
    table(
      ["pair", "by time", "confidence", "behind ÷ alone", ...(told ? ["by graph"] : []), "rules"],
      pairs.map((pair) => [
        pair.name,
        pair.byTime.verdict,
        pair.reason === undefined || pair.byTime.sizes.length > 0 ? pair.byTime.confidence.toFixed(2) : "refused",
        shares(pair),
        ...(told ? [pair.byCount?.verdict ?? "–"] : []),
        pair.rules.verdict,
      ]),
    ),
  ];
  return parts.join("\n\n");
}

/** Small / medium / large, per cent with the standard error of the numerator. */
const shares = ({ byTime }: PairEvidence) =>
  byTime.sizes
    .map(({ behindUs, behindError, aloneUs, aloneError }) =>
      aloneUs > 3 * aloneError ? `${percent(behindUs / aloneUs)} ± ${percent(behindError / aloneUs)}` : "unseen",
    )
    .join(" / ");

const percent = (share: number) => (share * 100).toFixed(0);

function confusionTable(pairs: readonly PairEvidence[]): string {
  const counted = confusion(pairs);
  return table(
    ["by graph ↓, by time →", ...verdicts],
    verdicts.map((row) => [row, ...verdicts.map((column) => counted[row][column])]),
  );
}

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

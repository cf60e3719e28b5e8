/**
 * Damaged models that once led somewhere new: each line of test/fixtures/corpus.jsonl is a file, by how it ends. The long run
 * (scripts/reliability/mutate.mjs) adds to them and starts from them; the test replays them all.
 */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { packagePath } from "../../src/base/index.js";

export interface CorpusFile {
  readonly outcome: string;
  readonly bytes: Uint8Array;
}

export const corpusPath = (): string => packagePath("test", "fixtures", "corpus.jsonl");

export function readCorpus(): CorpusFile[] {
  if (!existsSync(corpusPath())) return [];
  const lines = readFileSync(corpusPath(), "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => {
    const { outcome, gz } = JSON.parse(line) as { outcome: string; gz: string };
    return { outcome, bytes: new Uint8Array(gunzipSync(Buffer.from(gz, "base64"))) };
  });
}

export const corpusLine = ({ outcome, bytes }: CorpusFile): string =>
  `${JSON.stringify({ outcome, gz: gzipSync(bytes, { level: 9 }).toString("base64") })}\n`;

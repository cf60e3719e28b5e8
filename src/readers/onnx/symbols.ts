/**
 * Sizes that a file calls by names: `batch`, `sequence_length`, and sums and products of these as exporters write them
 * (`past_sequence_length + sequence_length`, `2*s0`, `s0//2`).
 */
import { LitepredError } from "../../base/index.js";

export type Symbols = ReadonlyMap<string, number>;

/** The names in an expression. */
export const namesIn = (text: string): string[] =>
  isExpression(text) ? (text.match(/[A-Za-z_][\w.]*/g) ?? []) : [text];

const isExpression = (text: string) => /[-+*/]/.test(text) && /^[\w\s.+*/-]+$/.test(text);

/** Its value; undefined where a name in it has none. The whole text may be a name, whatever is in it. */
export function sizeOfSymbol(text: string, symbols: Symbols): number | undefined {
  const known = symbols.get(text);
  if (known !== undefined || !isExpression(text)) return known;
  // No brackets: terms, and in them factors from left to right.
  const terms = text.replaceAll(/\s/g, "").match(/[-+]?[^-+]+/g) ?? [];
  let total = 0;
  for (const term of terms) {
    const value = sizeOfTerm(term.replace(/^[-+]/, ""), symbols);
    if (value === undefined) return undefined;
    total += term.startsWith("-") ? -value : value;
  }
  return total >= 0 ? total : undefined;
}

function sizeOfTerm(term: string, symbols: Symbols): number | undefined {
  const [first = "", ...rest] = term.split(/(\*|\/\/|\/)/);
  let value = sizeOfFactor(first, symbols);
  for (let i = 0; i < rest.length && value !== undefined; i += 2) {
    const factor = sizeOfFactor(rest[i + 1] ?? "", symbols);
    if (factor === undefined || (rest[i] !== "*" && factor === 0)) return undefined;
    value = rest[i] === "*" ? value * factor : Math.floor(value / factor);
  }
  return value;
}

const sizeOfFactor = (text: string, symbols: Symbols): number | undefined =>
  /^\d+$/.test(text) ? Number(text) : symbols.get(text);

/** A size given for a name: `--input sequence_length=1`. @throws LitepredError `bad-usage` */
export function givenSymbol(name: string, shape: readonly number[]): number {
  const [size] = shape;
  if (shape.length === 1 && size !== undefined && Number.isSafeInteger(size) && size >= 0) return size;
  throw new LitepredError(
    "bad-usage",
    `"${name}" is one size, not ${shape.join("x")}`,
    `For example --input ${name}=128.`,
  );
}

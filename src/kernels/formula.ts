/**
 * Small arithmetic expressions over field names, for kernel types that users bring: + - * / ^ ( ) and the functions
 * min max ceil floor round sqrt log exp abs. Parsed by recursive descent into closures; nothing is evaluated as code.
 */
import { LitepredError } from "../base/index.js";

export type Formula = (values: Readonly<Record<string, number | string>>) => number;

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  ceil: Math.ceil,
  floor: Math.floor,
  round: Math.round,
  sqrt: Math.sqrt,
  log: Math.log,
  exp: Math.exp,
  abs: Math.abs,
};

const tokenPattern = /\s*(?:(\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/^(),]))/y;
/** Deeper nesting than this is not a formula but an attack on the stack. */
const maxLength = 10_000;

interface Token {
  readonly kind: "number" | "name" | "sign";
  readonly text: string;
}

/** @throws LitepredError `invalid-config` for what cannot be parsed or names outside `fields`. */
export function parseFormula(text: string, fields: readonly string[]): Formula {
  const fail = (reason: string): never => {
    throw new LitepredError("invalid-config", `formula ${JSON.stringify(text.slice(0, 200))}: ${reason}`, formulaHint, {
      fields,
    });
  };
  if (text.length > maxLength) fail("it is too long");
  const tokens = tokenize(text, fail);
  let at = 0;
  let depth = 0;
  const accept = (sign: string): boolean => {
    const found = tokens[at]?.kind === "sign" && tokens[at]!.text === sign;
    if (found) at++;
    return found;
  };
  const expect = (sign: string) => {
    if (!accept(sign)) fail(`${sign} expected ${tokens[at] ? `before ${tokens[at]!.text}` : "at its end"}`);
  };
  const sum = (): Formula => {
    if (++depth > 200) fail("it is nested too deeply");
    let left = product();
    for (;;) {
      const a = left;
      if (accept("+")) left = binary(a, product(), (x, y) => x + y);
      else if (accept("-")) left = binary(a, product(), (x, y) => x - y);
      else break;
    }
    depth--;
    return left;
  };
  const product = (): Formula => {
    let left = signed();
    for (;;) {
      const a = left;
      if (accept("*")) left = binary(a, signed(), (x, y) => x * y);
      else if (accept("/")) left = binary(a, signed(), (x, y) => x / y);
      else return left;
    }
  };
  const signed = (): Formula => {
    let negative = false;
    while (accept("-")) negative = !negative;
    const value = power();
    return negative ? (values) => -value(values) : value;
  };
  const power = (): Formula => {
    const base = operand();
    return accept("^") ? binary(base, nested(signed), (x, y) => x ** y) : base;
  };
  const nested = (parse: () => Formula): Formula => {
    if (++depth > 200) fail("it is nested too deeply");
    const value = parse();
    depth--;
    return value;
  };
  const operand = (): Formula => {
    const token = tokens[at];
    if (token === undefined) return fail("it ends too early");
    if (accept("(")) {
      const inner = sum();
      expect(")");
      return inner;
    }
    at++;
    if (token.kind === "number") {
      const value = Number(token.text);
      return () => value;
    }
    if (token.kind === "sign") return fail(`${token.text} is out of place`);
    return accept("(") ? call(token.text) : field(token.text);
  };
  const call = (name: string): Formula => {
    const apply = Object.hasOwn(functions, name) ? functions[name]! : fail(`there is no function ${name}`);
    const values = [sum()];
    while (accept(",")) values.push(sum());
    expect(")");
    return (config) => apply(...values.map((value) => value(config)));
  };
  const field = (name: string): Formula => {
    if (!fields.includes(name)) fail(`there is no field ${name}`);
    return (values) => Number(values[name]);
  };
  const formula = sum();
  if (at < tokens.length) fail(`${tokens[at]!.text} is out of place`);
  return formula;
}

const formulaHint = `numbers, field names, + - * / ^ ( ) and ${Object.keys(functions).join(", ")}`;

const binary =
  (left: Formula, right: Formula, apply: (x: number, y: number) => number): Formula =>
  (values) =>
    apply(left(values), right(values));

function tokenize(text: string, fail: (reason: string) => never): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  let end = 0;
  while (text.slice(end).trim() !== "") {
    tokenPattern.lastIndex = end;
    const match = tokenPattern.exec(text);
    if (match === null) return fail(`cannot read ${JSON.stringify(text.slice(end, end + 20))}`);
    end = tokenPattern.lastIndex;
    const [, number, name, sign] = match;
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else tokens.push({ kind: "sign", text: sign! });
  }
  return tokens;
}

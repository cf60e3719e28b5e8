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
/** Longer text and deeper nesting than this is not a formula but an attack on the stack. */
const maxLength = 10_000;
const maxDepth = 200;

interface Token {
  readonly kind: "number" | "name" | "sign";
  readonly text: string;
}

/** @throws LitepredError `invalid-config` for what cannot be parsed or names outside `fields`. */
export const parseFormula = (text: string, fields: readonly string[]): Formula => new Parser(text, fields).parse();

/** One method a rule of the grammar; what is between the current token and the end is still to be read. */
class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly fields: readonly string[],
  ) {
    if (text.length > maxLength) this.fail("it is too long");
    this.tokens = tokenize(text, (reason) => this.fail(reason));
  }

  parse(): Formula {
    const formula = this.sum();
    const left = this.tokens[this.at];
    return left === undefined ? formula : this.fail(`${left.text} is out of place`);
  }

  private fail(reason: string): never {
    const { text, fields } = this;
    const message = `formula ${JSON.stringify(text.slice(0, 200))}: ${reason}`;
    throw new LitepredError("invalid-config", message, formulaHint, { fields });
  }

  private accept(sign: string): boolean {
    const token = this.tokens[this.at];
    const found = token?.kind === "sign" && token.text === sign;
    if (found) this.at++;
    return found;
  }

  private expect(sign: string): void {
    const token = this.tokens[this.at];
    if (!this.accept(sign)) this.fail(`${sign} expected ${token ? `before ${token.text}` : "at its end"}`);
  }

  private nested(parse: () => Formula): Formula {
    if (++this.depth > maxDepth) this.fail("it is nested too deeply");
    const value = parse();
    this.depth--;
    return value;
  }

  private sum(): Formula {
    return this.nested(() => {
      let left = this.product();
      for (;;) {
        if (this.accept("+")) left = binary(left, this.product(), (x, y) => x + y);
        else if (this.accept("-")) left = binary(left, this.product(), (x, y) => x - y);
        else return left;
      }
    });
  }

  private product(): Formula {
    let left = this.signed();
    for (;;) {
      if (this.accept("*")) left = binary(left, this.signed(), (x, y) => x * y);
      else if (this.accept("/")) left = binary(left, this.signed(), (x, y) => x / y);
      else return left;
    }
  }

  private signed(): Formula {
    let negative = false;
    while (this.accept("-")) negative = !negative;
    const value = this.power();
    return negative ? (values) => -value(values) : value;
  }

  private power(): Formula {
    const base = this.operand();
    return this.accept("^")
      ? binary(
          base,
          this.nested(() => this.signed()),
          (x, y) => x ** y,
        )
      : base;
  }

  private operand(): Formula {
    const token = this.tokens[this.at];
    if (token === undefined) return this.fail("it ends too early");
    if (this.accept("(")) return this.bracketed();
    this.at++;
    if (token.kind === "sign") return this.fail(`${token.text} is out of place`);
    if (token.kind === "name") return this.accept("(") ? this.call(token.text) : this.field(token.text);
    const value = Number(token.text);
    return () => value;
  }

  private bracketed(): Formula {
    const inner = this.sum();
    this.expect(")");
    return inner;
  }

  private call(name: string): Formula {
    const apply = Object.hasOwn(functions, name) ? functions[name]! : this.fail(`there is no function ${name}`);
    const values = [this.sum()];
    while (this.accept(",")) values.push(this.sum());
    this.expect(")");
    return (config) => apply(...values.map((value) => value(config)));
  }

  private field(name: string): Formula {
    if (!this.fields.includes(name)) this.fail(`there is no field ${name}`);
    return (values) => Number(values[name]);
  }
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

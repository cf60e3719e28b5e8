import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseFormula } from "./formula.js";

const value = (text: string) => parseFormula(text, ["a", "b_2"])({ a: 3, b_2: "4" });

describe("formulas", () => {
  it("follow the rules of arithmetic", () => {
    const cases: Record<string, number> = {
      "1 + 2 * a": 7,
      "(1 + 2) * a": 9,
      "2 ^ 3 ^ 2": 512,
      "-a ^ 2": -9,
      "2 ^ -1": 0.5,
      "10 - 4 - 3": 3,
      "16 / 4 / 2": 2,
      "a * b_2 - -1": 13,
      "max(a, b_2, 1) + min(a, 2)": 6,
      "ceil(a / 2) + floor(a / 2)": 3,
      "1.5e1 + .5": 15.5,
      "2*a*(b_2+1)": 30,
    };
    for (const [text, expected] of Object.entries(cases)) assert.equal(value(text), expected, text);
  });

  it("that cannot be read are refused", () => {
    const broken = [
      "",
      "a +",
      "(a",
      "a)",
      "a b_2",
      "c",
      "max()",
      "max(a",
      "constructor(a)",
      "a ** 2",
      "a; b_2",
      "1 = 1",
      "__proto__",
    ];
    for (const text of [...broken, `${"(".repeat(5000)}a`, "-".repeat(20_000), `${"2^".repeat(3000)}2`])
      assert.throws(() => value(text), { code: "invalid-config" }, text.slice(0, 20));
  });
});

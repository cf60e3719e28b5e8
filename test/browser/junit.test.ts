/** The JUnit XML of `litepred check`, read by a browser's XML parser: well-formed, whatever a model is called, with the elements that CI systems know. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckRow } from "../../src/analysis/index.js";
import { junitXml } from "../../src/reports/index.js";
import { noChromium, openBrowser } from "./browser.js";

const name = `a<b>&"'\u0000\u001b]]>--.onnx`;
const row = (platform: string, passed: boolean) =>
  ({ model: name, platform, latencyMs: 12.5, passed, ...(!passed && { reason: `${name} is slow` }) }) as CheckRow;

test("checks are JUnit XML", { skip: noChromium }, async () => {
  const xml = junitXml([
    row("a/cpu/b@1/fp32", true),
    row("a/cpu/b@1/fp32", false),
    { model: name, failed: "no & file" },
  ]);
  const browser = await openBrowser();
  try {
    const found = await browser.page.evaluate<string[]>(`
      [...new DOMParser().parseFromString(${JSON.stringify(xml)}, "application/xml").querySelectorAll("*")]
        .map((element) => element.tagName + " " + element.getAttributeNames().join(" "))`);
    assert.deepEqual(found, [
      "testsuites name tests failures errors",
      "testsuite name tests failures errors",
      "testcase classname name time",
      "testcase classname name time",
      "failure message",
      "testsuite name tests failures errors",
      "testcase classname name",
      "error message",
    ]);
  } finally {
    await browser.close();
  }
});

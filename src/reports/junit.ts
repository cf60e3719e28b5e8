/** Checks as JUnit XML, which CI systems show test by test. */
import type { CheckRow } from "../analysis/index.js";
import { groupBy } from "../base/index.js";
import { markup } from "./escape.js";
import type { FailedRow } from "./failed-row.js";

export function junitXml(rows: readonly (CheckRow | FailedRow)[]): string {
  const suites = [...groupBy(rows, (row) => ("failed" in row ? "unreadable" : row.platform))];
  const failures = rows.filter((row) => !("failed" in row) && !row.passed).length;
  const errors = rows.filter((row) => "failed" in row).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="litepred check" tests="${rows.length}" failures="${failures}" errors="${errors}">`,
    ...suites.map(([platform, own]) => suite(platform, own)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suite(platform: string, rows: readonly (CheckRow | FailedRow)[]): string {
  const failures = rows.filter((row) => !("failed" in row) && !row.passed).length;
  const errors = rows.filter((row) => "failed" in row).length;
  return [
    `  <testsuite name="${markup(platform)}" tests="${rows.length}" failures="${failures}" errors="${errors}">`,
    ...rows.map((row) => testcase(platform, row)),
    "  </testsuite>",
  ].join("\n");
}

function testcase(platform: string, row: CheckRow | FailedRow): string {
  const head = `    <testcase classname="${markup(platform)}" name="${markup(row.model)}"`;
  if ("failed" in row) return `${head}><error message="${markup(row.failed)}"/></testcase>`;
  const open = `${head} time="${(row.latencyMs / 1000).toFixed(6)}"`;
  if (row.passed) return `${open}/>`;
  return `${open}><failure message="${markup(row.reason ?? "")}"/></testcase>`;
}

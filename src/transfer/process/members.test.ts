import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../base/index.js";
import { columnOf, type Table, tableOf } from "./columns.js";
import { createDesign, type DesignRows, selectDesignRows } from "./design.js";
import { fitMembers, memberCounts } from "./members.js";

/** Configs of one size (ln, standardised by nobody) and a source that takes a call's time and then follows the size. */
function population(rows: number) {
  const random = createRandom(5);
  const sizes = Float64Array.from({ length: rows }, () => 8 * random.next());
  const source = sizes.map((size) => Math.log(0.5 + Math.exp(size - 3)));
  const smooth = columnOf(sizes);
  const columns = { smooth, tiles: tableOf(new Array<number[]>(rows).fill([])) };
  return { sizes, source, columns, logs: columnOf(source) };
}

function membersOf(rows: DesignRows, y: Float64Array, design: ReturnType<typeof createDesign>) {
  const targets = y.map((value, i) => value - rows.offset[i]!);
  return fitMembers(rows, targets, design.form, memberCounts(y.length, rows).processes);
}

const worst = (mean: Float64Array, rows: DesignRows, y: Float64Array) =>
  Math.max(...mean.map((value, i) => Math.abs(value + rows.offset[i]! - y[i]!)));

test("a target that is overhead and a share of the source is found from a handful of rows", () => {
  const { columns, logs, source } = population(60);
  const design = createDesign([1], logs, columns.smooth);
  const rows = design.rows(columns, logs);
  const y = source.map((log) => Math.log(2 + 0.25 * Math.exp(log)));
  const few = pick(rows, 6);
  const [, sum] = membersOf(few, y.slice(0, 6), design);
  assert.ok(worst(sum!.predict(rows).mean, rows, y) < 1e-6);
});

test("the processes start from the sum where it is much closer than the source, and meet it", () => {
  const { columns, logs, source } = population(60);
  const design = createDesign([1], logs, columns.smooth);
  const rows = design.rows(columns, logs);
  const y = source.map((log) => Math.log(2 + 0.25 * Math.exp(log)));
  const members = membersOf(pick(rows, 12), y.slice(0, 12), design);
  assert.equal(members.length, 3);
  assert.ok(worst(members[2]!.predict(rows).mean, rows, y) < 0.02);
});

test("without sources there is no sum; without config columns the law is a constant", () => {
  const { columns, logs, source } = population(20);
  const scratch = createDesign([], { rows: 20, columns: 0, values: new Float64Array(0) }, columns.smooth);
  assert.deepEqual(memberCounts(20, scratch.rows(columns, logs)), { laws: 1, processes: 1 });
  const none: Table = { rows: 20, columns: 0, values: new Float64Array(0) };
  const design = createDesign([1], logs, none);
  const rows = design.rows({ smooth: none, tiles: none }, logs);
  const y = source.map((log) => log + 1);
  const [, sum] = membersOf(rows, y, design);
  assert.ok(worst(sum!.predict(rows).mean, rows, y) < 1e-6);
});

const pick = (rows: DesignRows, count: number): DesignRows => {
  const first = Array.from({ length: count }, (_, i) => i);
  return selectDesignRows(rows, first);
};

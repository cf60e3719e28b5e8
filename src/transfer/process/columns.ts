/** Rows × columns of numbers in double precision, and the standardisation of their columns. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly values: Float64Array;
}

export function tableOf(rows: readonly ArrayLike<number>[], columns = rows[0]?.length ?? 0): Table {
  const values = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    values.set(Array.from(row), i * columns);
  });
  return { rows: rows.length, columns, values };
}

/** Tables of equally many rows, side by side. */
export function beside(...tables: readonly Table[]): Table {
  const rows = tables[0]!.rows;
  const columns = tables.reduce((total, table) => total + table.columns, 0);
  const values = new Float64Array(rows * columns);
  let at = 0;
  for (const table of tables) {
    for (let i = 0; i < rows; i++)
      values.set(table.values.subarray(i * table.columns, (i + 1) * table.columns), i * columns + at);
    at += table.columns;
  }
  return { rows, columns, values };
}

export function selectRows(table: Table, rows: ArrayLike<number>): Table {
  const values = new Float64Array(rows.length * table.columns);
  for (let i = 0; i < rows.length; i++)
    values.set(table.values.subarray(rows[i]! * table.columns, (rows[i]! + 1) * table.columns), i * table.columns);
  return { rows: rows.length, columns: table.columns, values };
}

export function selectColumns(table: Table, columns: readonly number[]): Table {
  const values = new Float64Array(table.rows * columns.length);
  for (let i = 0; i < table.rows; i++)
    columns.forEach((column, j) => {
      values[i * columns.length + j] = table.values[i * table.columns + column]!;
    });
  return { rows: table.rows, columns: columns.length, values };
}

export const columnOf = (values: ArrayLike<number>): Table => ({
  rows: values.length,
  columns: 1,
  values: Float64Array.from(values),
});

/** Columns to mean 0 and deviation 1 over `sample`; columns that are constant there are left out. */
export function standardColumns<T>(
  encode: (item: T) => number[],
  sample: readonly T[],
): (items: readonly T[]) => Table {
  const rows = sample.map(encode);
  const kept: { column: number; mean: number; deviation: number }[] = [];
  for (let column = 0; column < (rows[0]?.length ?? 0); column++) {
    let mean = 0;
    for (const row of rows) mean += row[column]! / rows.length;
    let square = 0;
    for (const row of rows) square += (row[column]! - mean) ** 2 / rows.length;
    const deviation = Math.sqrt(square);
    if (deviation > 1e-9 * (1 + Math.abs(mean))) kept.push({ column, mean, deviation });
  }
  return (items) =>
    tableOf(
      items.map((item) => {
        const row = encode(item);
        return kept.map(({ column, mean, deviation }) => (row[column]! - mean) / deviation);
      }),
      kept.length,
    );
}

/**
 * The published coding (LitePred's `train_vae.py`): one column for each field, log2 of sizes, each scaled to [0, 1] by its
 * range. Differs: kernel, stride and choices are coded by their rank among the values seen (the same for kernels 1, 3, 5,
 * 7), so that one 32×32 patch convolution does not squeeze all others together, and only seen values come out.
 */
import type { KernelConfig, LooseConfig } from "../../kernels/index.js";
import { type ConfigCodec, logOf, type Observations, partnerOf, varying } from "./codec.js";

interface Column {
  readonly name: string;
  readonly low: number;
  readonly span: number;
  value(config: KernelConfig): number;
  restore(value: number, done: Readonly<Record<string, number | string>>): number | string;
}

export function scaledCodec(observations: Observations): ConfigCodec {
  const { configs } = observations;
  const names = varying(observations);
  const columns = names.map((name) => columnOf(name, names, observations));
  return {
    columns: columns.length,
    encode(rows) {
      const values = Float32Array.from(
        rows.flatMap((config) =>
          columns.map(({ low, span, value }) => Math.min(1, Math.max(0, (value(config) - low) / span))),
        ),
      );
      return { rows: rows.length, columns: columns.length, values };
    },
    decode: ({ rows, values }) =>
      Array.from({ length: rows }, (_, row): LooseConfig => {
        const config: Record<string, number | string> = { ...configs[0]! };
        for (const [i, { name, low, span, restore }] of columns.entries())
          config[name] = restore(low + span * values[row * columns.length + i]!, config);
        return config;
      }),
  };
}

function columnOf(name: string, names: readonly string[], { configs, sizes }: Observations): Column {
  const ranged = (column: Pick<Column, "value" | "restore">): Column => {
    const values = configs.map(column.value);
    const low = values.reduce((least, value) => Math.min(least, value));
    const high = values.reduce((most, value) => Math.max(most, value));
    return { name, low, span: high - low || 1, ...column };
  };
  const partner = partnerOf(name, names);
  if (!sizes.includes(name)) {
    const relative = (config: KernelConfig) =>
      partner === undefined ? config[name]! : (config[name] as number) - (config[partner] as number);
    const ranks = [...new Set(configs.map(relative))].sort((a, b) => (a < b ? -1 : 1));
    return ranged({
      value: (config) => ranks.indexOf(relative(config)),
      restore(value, done) {
        const restored = ranks[Math.round(value)]!;
        return partner === undefined ? restored : Math.max(1, (restored as number) + (done[partner] as number));
      },
    });
  }
  return ranged({
    value: (config) => logOf(config, name, partner),
    restore: (value, done) => Math.round(2 ** value * (partner === undefined ? 1 : (done[partner] as number))),
  });
}

/** Recurrent layers: the product with the input is one matrix product, the one with the state waits for the step before. */
import { choice, defineKernelType, option, size } from "../define.js";
import { flag, roundUpLog } from "../sizes.js";

const operators = { lstm: "LSTM", gru: "GRU", rnn: "RNN" } as const;
type Cell = keyof typeof operators;
const gates: Readonly<Record<Cell, number>> = { lstm: 4, gru: 3, rnn: 1 };

export const recurrent = defineKernelType({
  name: "recurrent",
  summary: "LSTM, GRU or RNN over `steps` time steps, one way or both.",
  fields: {
    cell: choice("lstm", "gru", "rnn"),
    steps: size(64, 1 << 20),
    batch: option(1, 4096),
    input: size(128),
    hidden: size(128),
    directions: option(1, 2),
  },
  flops: (c) => 2 * c.directions * c.steps * c.batch * gates[c.cell] * c.hidden * (c.input + c.hidden + 2),
  params: (c) => c.directions * gates[c.cell] * c.hidden * (c.input + c.hidden + 2),
  elements: (c) => ({
    input: c.steps * c.batch * c.input,
    output: c.steps * c.directions * c.batch * c.hidden,
    // The recurrent weights are read again at every step.
    weight: c.directions * gates[c.cell] * c.hidden * (c.input + c.steps * c.hidden),
  }),
  derived: {
    "log work of a step": (c) => Math.log(c.batch * gates[c.cell] * c.hidden * c.hidden),
    "hidden up to 16": (c) => roundUpLog(c.hidden, 16),
    "is one row": (c) => flag(c.batch === 1),
  },
  build(b, c) {
    const rows = gates[c.cell] * c.hidden;
    const inputs = [
      b.input("x", [c.steps, c.batch, c.input]),
      b.constant([c.directions, rows, c.input]),
      b.constant([c.directions, rows, c.hidden]),
      b.constant([c.directions, 2 * rows]),
    ];
    const direction = c.directions === 2 ? "bidirectional" : "forward";
    return b.node(operators[c.cell], inputs, { hidden_size: c.hidden, direction });
  },
});

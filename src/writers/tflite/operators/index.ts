/** How each operator of the graph is written; the only list of what the .tflite writer supports. */
import type { OperatorTable } from "./common.js";
import { convolutions } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import { matrices } from "./matrix.js";
import { pools } from "./pooling.js";
import { shapes } from "./shapes.js";

export const lowerings: OperatorTable = { ...convolutions, ...pools, ...elementwise, ...matrices, ...shapes };

/** How each operator of the file is read; the only list of what the .tflite reader supports. */
import type { OperatorTable } from "./common.js";
import { convolutions } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import { matrices } from "./matrix.js";
import { movements } from "./movement.js";
import { pools } from "./pooling.js";
import { reshapes } from "./reshape.js";

export const raisings: OperatorTable = {
  ...convolutions,
  ...pools,
  ...elementwise,
  ...matrices,
  ...reshapes,
  ...movements,
};

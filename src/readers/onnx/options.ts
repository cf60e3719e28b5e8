/** What a reader of ONNX files is told beside the bytes. */

import type { InputShapes } from "./declared-shapes.js";
import type { ExternalData } from "./tensor-proto.js";

export interface ReadOnnxOptions {
  readonly name?: string;
  readonly inputShapes?: InputShapes;
  readonly externalData?: ExternalData | undefined;
}

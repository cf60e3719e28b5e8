import { loadEngine } from "../../src/engines/index.js";
import { writeOnnx } from "../../src/writers/index.js";
import { checkEngine } from "./engine.js";

checkEngine({
  name: "onnxruntime-node",
  load: () => loadEngine("onnxruntime-node"),
  encode: (graph) => writeOnnx(graph),
});

/**
 * ONNX Runtime's CPU has hardly any kernel for half floats: it runs such a model in single precision, with a Cast behind each half
 * input and before each half output (onnxruntime/core/optimizer/insert_cast_transformer.cc). Weights are cast when it is loaded.
 */
import { addNode, newValue, replaceUses, setOutput } from "../work-edits.js";
import type { WorkGraph, WorkValue } from "../work-graph.js";

const isHalf = ({ type }: WorkValue) => type === "float16";

export function widenHalves(work: WorkGraph): boolean {
  const halves = [...work.values.values()].filter(isHalf);
  if (halves.length === 0) return false;
  // The model's own Casts to and from half do nothing any more.
  for (const value of halves) value.type = "float32";
  for (const value of halves) {
    if (value.constant) continue;
    if (value.producer === undefined && value.consumers.length > 0) castInput(work, value);
    else if (value.isOutput && value.producer !== undefined) castOutput(work, value);
  }
  return true;
}

function castInput(work: WorkGraph, value: WorkValue): void {
  const wide = newValue(work, `${value.name}/wide`, value.shape);
  replaceUses(work, value, wide);
  value.type = "float16";
  addNode(work, "Cast", "", [value], [wide], { to: 1 }, []);
}

function castOutput(work: WorkGraph, value: WorkValue): void {
  const wide = newValue(work, `${value.name}/wide`, value.shape);
  const producer = value.producer!;
  replaceUses(work, value, wide);
  setOutput(work, producer, producer.outputs.indexOf(value), wide);
  value.type = "float16";
  addNode(work, "Cast", "", [wide], [value], { to: 10 }, []);
}

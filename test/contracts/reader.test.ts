import { test } from "node:test";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { createRandom } from "../../src/base/index.js";
import { ModelProtoSchema } from "../../src/formats/onnx/index.js";
import { readers } from "../../src/readers/index.js";
import { decodeModel } from "../../src/readers/onnx/decode.js";
import { flatten } from "../../src/readers/onnx/flatten.js";
import { fixture, fixtures } from "../fixtures/index.js";
import { withoutWeights } from "../fixtures/without-weights.js";
import { checkGraphLaws } from "./graph-laws.js";
import { damageModel } from "./onnx-mutation.js";
import { readOrRefuse, testReader } from "./reader.js";

const reader = readers.find(({ format }) => format === "onnx")!;
const targets = ["squeezenet1_1.dynamo.int8", "shufflenet_v2_x1_0.dynamo", "mobilevit_s.torchscript"].map((name) =>
  withoutWeights(fixture(name).model()),
);

testReader({
  reader,
  samples: fixtures,
  allTensors: (bytes) => flatten(decodeModel(bytes), {}).tensors,
  targets,
  mutations: 200,
});

test("onnx: 200 models damaged inside their structure end in a typed error or a lawful graph", () => {
  const random = createRandom("structure");
  for (let i = 0; i < 200; i++) {
    const model = fromBinary(ModelProtoSchema, random.pick(targets));
    damageModel(model, random);
    const graph = readOrRefuse(reader, toBinary(ModelProtoSchema, model));
    if (graph) checkGraphLaws(graph);
  }
});

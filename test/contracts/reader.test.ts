import { test } from "node:test";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { createRandom } from "../../src/base/index.js";
import { ModelProtoSchema, TensorProto_DataLocation } from "../../src/formats/onnx/index.js";
import { readers } from "../../src/readers/index.js";
import { decodeModel } from "../../src/readers/onnx/decode.js";
import { flatten } from "../../src/readers/onnx/flatten.js";
import { fixture, fixtures } from "../fixtures/index.js";
import { checkGraphLaws } from "./graph-laws.js";
import { damageModel } from "./onnx-mutation.js";
import { readOrRefuse, testReader } from "./reader.js";

/** The structure without the weights: those become external data. */
function withoutWeights(bytes: Uint8Array): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  for (const node of model.graph!.node) node.metadataProps = [];
  for (const tensor of model.graph!.initializer) {
    if (tensor.rawData.length < 1024) continue;
    tensor.rawData = new Uint8Array(0);
    tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
    tensor.externalData = [{ $typeName: "onnx.StringStringEntryProto", key: "location", value: "weights.bin" }];
  }
  return toBinary(ModelProtoSchema, model);
}

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

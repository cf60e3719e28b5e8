/** The ONNX protobuf messages, generated from onnx.proto by protoc-gen-es: codec only, no logic. */
export * from "./onnx_pb.js";

/**
 * The .tflite format: flatbuffers, described by a table of its tables (schema.ts, generated) and one small codec.
 * In: plain objects, or a file's bytes. Out: the other. Codec only, no logic. May import base.
 */
export * from "./decode.js";
export * from "./encode.js";
export { activations, builtinOperators, mirrorPadModes, paddings, tables, tensorTypes } from "./schema.js";
export * from "./table-types.js";

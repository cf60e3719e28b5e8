/**
 * What is measured on a platform that is open. In: model files, networks of the spaces, minutes for kernels in context; a store. Out:
 * measurements in the store, and what there is of them.
 */
export { fileForEngine } from "./encoding.js";
export { type FilesRequest, type MeasuredFile, measureFilesOn } from "./files.js";
export { type InContextRequest, profileInContext, timesInContext } from "./in-context.js";
export { measureNetworks, type NetworksRequest } from "./networks.js";

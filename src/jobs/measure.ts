/** Model files → measured whole-model latency, on a platform of this machine or an attached phone. */
import type { BadFile } from "../base/index.js";
import { type FilesRequest, type MeasuredFile, measureFilesOn } from "../measuring/index.js";
import { openLocalPlatform } from "../workspace/index.js";

export interface MeasureFilesRequest extends FilesRequest {
  readonly platform: string;
}

/** In the order of the models; a file that cannot be read is a row that says why. @throws LitepredError for unknown platforms. */
export async function measureFiles(request: MeasureFilesRequest): Promise<(MeasuredFile | BadFile)[]> {
  return measureFilesOn(await openLocalPlatform(request.platform, request.home), request);
}

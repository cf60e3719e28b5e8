/** A gate for CI: does a model stay below a latency, and is it no slower than it was? Predicted, or measured. */
import type { CheckRow } from "../analysis/index.js";
import { type BadFile, isBad, LitepredError } from "../base/index.js";
import type { Checked, CheckRequest } from "../gate/index.js";
import { checkMeasured, checkPredicted, findBefore, saveBaseline } from "../gate/index.js";

/**
 * In the order of the models. A file that cannot be used, or measured, is a row that says why.
 * @throws LitepredError for a check of nothing, a baseline that is none, unknown platforms
 */
export async function checkModels(request: CheckRequest): Promise<(CheckRow | BadFile)[]> {
  validate(request);
  const before = findBefore(request);
  const found = await (request.measure ? checkMeasured : checkPredicted)(request, before);
  const good = found.filter((one): one is Checked => !isBad(one));
  if (request.save !== undefined)
    saveBaseline(
      request.save,
      good.map(({ baseline }) => baseline),
    );
  return found.map((one) => (isBad(one) ? one : one.row));
}

function validate({ maxLatencyMs, against, confidence, maxRegression, save }: CheckRequest): void {
  if (maxLatencyMs === undefined && against === undefined && save === undefined)
    throw new LitepredError(
      "bad-usage",
      "nothing to check",
      "give --max-latency 20ms, --against FILE, or --save FILE for a first baseline",
    );
  if (maxLatencyMs !== undefined && !(maxLatencyMs > 0))
    throw new LitepredError(
      "bad-usage",
      `--max-latency ${maxLatencyMs} is not above 0`,
      "for example --max-latency 20ms",
    );
  if (!(confidence >= 0.5 && confidence < 1))
    throw new LitepredError("bad-usage", `--confidence ${confidence} is not from 0.5 to below 1`, "for example 0.9");
  if (!(maxRegression >= 0))
    throw new LitepredError("bad-usage", `--max-regression ${maxRegression} is below 0`, "for example 5%");
}

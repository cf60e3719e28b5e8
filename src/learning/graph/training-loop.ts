/**
 * A whole run of training steps as one ONNX model: a Loop whose body is forward, backward and Adam, whose state is the
 * parameters and their moments. The caller feeds all batches of the run at once. One run an epoch costs about half of one
 * run a step.
 */
import { emitAdamEnd, emitAdamStart } from "./adam.js";
import { createGraphWriter, modelBytes, valueInfo } from "./onnx-writer.js";
import { arrangeState, carriedNames, type StateTensor, stateInfo, type TrainingProblem } from "./training-problem.js";
import { writeTurn } from "./training-step.js";

const unscale = { momentum: "unscaleMomentum", variance: "unscaleVariance" };

export interface TrainingLoop {
  readonly model: Uint8Array;
  readonly state: readonly StateTensor[];
}

/**
 * `stepsPerTurn`: steps in one turn of the loop. The engine updates a tensor in place only where it is neither input nor output
 * of the loop's body; with several steps in a turn, weights and moments move to new memory in one of them instead of in each.
 * Feeds beside batches and state: `turns` (int64 scalar), the steps of the run / stepsPerTurn; those of adamSchedule, and with
 * decay `keep` [steps]. Output beside the state: `loss` [turns], each the sum over its steps.
 */
export function trainingLoop(problem: TrainingProblem, stepsPerTurn = 1): TrainingLoop {
  const state = arrangeState(problem.parameters);
  const trained = state.filter((tensor) => tensor.trained);
  const outer = createGraphWriter();
  const body = writeTurn(outer.subgraph(), problem, state, stepsPerTurn);

  const started = trained.flatMap(({ name }) => {
    const { parameter, momentum, variance } = emitAdamStart(outer, carriedNames(name));
    return [parameter, momentum, variance];
  });
  const always = "";
  const results = outer.nodes("Loop", ["turns", always, ...started], started.length + 1, { body });
  trained.forEach(({ name }, i) => {
    const [parameter, momentum, variance] = results.slice(3 * i, 3 * i + 3) as [string, string, string];
    const ended = emitAdamEnd(outer, { parameter, momentum, variance }, unscale);
    const out = carriedNames(`out/${name}`);
    outer.named("Identity", [ended.parameter], [out.parameter]);
    outer.named("Identity", [ended.momentum], [out.momentum]);
    outer.named("Identity", [ended.variance], [out.variance]);
  });
  outer.named("Identity", [results.at(-1)!], ["loss"]);

  const perStep = ["scale", "push", "rate", ...(problem.decays ? ["keep"] : [])];
  const inputs = [
    valueInfo("turns", "int64", []),
    ...Object.values(unscale).map((name) => valueInfo(name, "float", [])),
    ...perStep.map((name) => valueInfo(name, "float", ["steps"])),
    ...Object.entries(problem.batches).map(([name, { shape }]) => valueInfo(name, "float", ["steps", ...shape])),
    ...state.flatMap((tensor) => stateInfo(tensor, "")),
  ];
  const outputs = [valueInfo("loss", "float", ["turns"]), ...trained.flatMap((tensor) => stateInfo(tensor, "out/"))];
  return { model: modelBytes(outer.finish("training", inputs, outputs)), state };
}

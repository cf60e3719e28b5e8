import type { RegisterCommand } from "./command.js";
import { evaluateAccuracyCommand } from "./evaluate-accuracy.js";
import { evaluateBaselinesCommand } from "./evaluate-baselines.js";
import { evaluateCasesCommand } from "./evaluate-cases.js";
import { evaluateDatasetCommand } from "./evaluate-dataset.js";
import { evaluateDistributionCommand } from "./evaluate-distribution.js";
import { evaluateEnginesCommand } from "./evaluate-engines.js";
import { evaluateKernelsCommand } from "./evaluate-kernels.js";
import { evaluateLatenciesCommand } from "./evaluate-latencies.js";
import { evaluateModelsCommand } from "./evaluate-models.js";
import { evaluateNasCommand } from "./evaluate-nas.js";
import { evaluatePeersCommand } from "./evaluate-peers.js";
import { evaluateRecordedCommand } from "./evaluate-recorded.js";
import { evaluateRegretCommand } from "./evaluate-regret.js";
import { evaluateRepeatabilityCommand } from "./evaluate-repeatability.js";
import { evaluateSamplersCommand } from "./evaluate-samplers.js";
import { evaluateSimilarityCommand } from "./evaluate-similarity.js";
import { evaluateTransferCommand } from "./evaluate-transfer.js";

/** In the order of the help text. */
const experiments = [
  evaluateDistributionCommand,
  evaluateSamplersCommand,
  evaluateEnginesCommand,
  evaluateRepeatabilityCommand,
  evaluateRecordedCommand,
  evaluateKernelsCommand,
  evaluateModelsCommand,
  evaluateCasesCommand,
  evaluateTransferCommand,
  evaluateSimilarityCommand,
  evaluatePeersCommand,
  evaluateBaselinesCommand,
  evaluateDatasetCommand,
  evaluateLatenciesCommand,
  evaluateAccuracyCommand,
  evaluateRegretCommand,
  evaluateNasCommand,
];

export const evaluate: RegisterCommand = (program, run) => {
  const parent = program.command("evaluate").description("one table of the method's evaluation, or of your own data");
  for (const register of experiments) register(parent, run);
};

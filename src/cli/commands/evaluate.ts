import type { RegisterCommand } from "./command.js";
import { evaluateBaselinesCommand } from "./evaluate-baselines.js";
import { evaluateDatasetCommand } from "./evaluate-dataset.js";
import { evaluateDistributionCommand } from "./evaluate-distribution.js";
import { evaluateEnginesCommand } from "./evaluate-engines.js";
import { evaluateLatenciesCommand } from "./evaluate-latencies.js";
import { evaluateModelsCommand } from "./evaluate-models.js";
import { evaluatePeersCommand } from "./evaluate-peers.js";
import { evaluateRecordedCommand } from "./evaluate-recorded.js";
import { evaluateRepeatabilityCommand } from "./evaluate-repeatability.js";
import { evaluateSamplersCommand } from "./evaluate-samplers.js";
import { evaluateTransferCommand } from "./evaluate-transfer.js";

/** In the order of the help text. */
const experiments = [
  evaluateDistributionCommand,
  evaluateSamplersCommand,
  evaluateEnginesCommand,
  evaluateRepeatabilityCommand,
  evaluateRecordedCommand,
  evaluatePeersCommand,
  evaluateModelsCommand,
  evaluateTransferCommand,
  evaluateDatasetCommand,
  evaluateBaselinesCommand,
  evaluateLatenciesCommand,
];

export const evaluate: RegisterCommand = (program, run) => {
  const parent = program.command("evaluate").description("one table of the method's evaluation, or of your own data");
  for (const register of experiments) register(parent, run);
};

/** The commands, in the order of the help text. */

import { adapt } from "./adapt.js";
import { architectures } from "./architectures.js";
import { check } from "./check.js";
import type { RegisterCommand } from "./command.js";
import { doctor } from "./doctor.js";
import { engines } from "./engines.js";
import { evaluate } from "./evaluate.js";
import { importCommand } from "./import.js";
import { kernels } from "./kernels.js";
import { measure } from "./measure.js";
import { platforms } from "./platforms.js";
import { pool } from "./pool.js";
import { predict } from "./predict.js";
import { profile } from "./profile.js";
import { report } from "./report.js";
import { sample } from "./sample.js";
import { search } from "./search.js";
import { serve } from "./serve.js";
import { site } from "./site.js";
import { start } from "./start.js";
import { train } from "./train.js";

export const commands: readonly RegisterCommand[] = [
  start,
  predict,
  kernels,
  measure,
  check,
  report,
  profile,
  train,
  adapt,
  platforms,
  pool,
  engines,
  sample,
  search,
  architectures,
  importCommand,
  evaluate,
  serve,
  site,
  doctor,
];

/** What a job has told so far, put together from its events. */
import type { FrontSoFar } from "../../../src/search/index.js";
import type { AdaptationRound, HeldOutPoint, RoundKernel } from "../../../src/transfer/index.js";
import { percent } from "../../parts/format.js";

export interface Round extends AdaptationRound {
  readonly kernels?: readonly RoundKernel[];
}

export interface Told {
  readonly stage: string;
  readonly total: number;
  readonly done: number;
  readonly note: string;
  readonly lines: readonly string[];
  readonly rounds: readonly Round[];
  readonly networks: readonly HeldOutPoint[];
  readonly fronts: readonly FrontSoFar[];
  readonly result?: Record<string, unknown>;
  readonly state: string;
}

export const nothingTold: Told = {
  stage: "starting",
  total: 1,
  done: 0,
  note: "",
  lines: [],
  rounds: [],
  networks: [],
  fronts: [],
  state: "running",
};

/** By the event's name. The browser's own event of a broken connection is called `error` too, and comes without data. */
export const changes: Readonly<Record<string, (told: Told, data: never) => Told>> = {
  stage: (told, { label, total }: { label: string; total: number }) => ({
    ...told,
    ...{ stage: label, total, done: 0, note: "", lines: [...told.lines, label] },
  }),
  progress: (told, { done, note = "" }: { done: number; note?: string }) => ({ ...told, done, note }),
  round: (told, round: Round) => ({
    ...told,
    rounds: [...told.rounds, round],
    lines: [...told.lines, roundText(round)],
  }),
  networks: (told, networks: readonly HeldOutPoint[]) => ({ ...told, networks }),
  front: (told, front: FrontSoFar) => ({ ...told, fronts: [...told.fronts, front] }),
  result: (told, result: Record<string, unknown>) => ({ ...told, result }),
  error: (told, { message }: { message: string }) => ({ ...told, lines: [...told.lines, message] }),
  end: (told, { state }: { state: string }) => ({ ...told, state }),
};

const roundText = ({ round, measurementsUsed, within5, within10, within10AtDouble }: Round) =>
  `round ${round}: ${measurementsUsed} kernels measured, estimated within ±5 % ${percent(within5)}, ±10 % ${percent(within10)}${
    within10AtDouble === undefined ? "" : `; twice as many would bring ${percent(within10AtDouble)}`
  }`;

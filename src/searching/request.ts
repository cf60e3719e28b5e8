/** What a search is asked for, and what of it is refused. */
import { LitepredError, unknownName, usualLevel } from "../base/index.js";
import type { Engine } from "../engines/index.js";
import {
  type AccuracyPredictor,
  type FrontSoFar,
  type ObjectiveName,
  objectiveNames,
  type SearchMethodName,
  searchMethodNames,
} from "../search/index.js";

export interface SearchRequest {
  readonly home: string;
  /** Name of a space, or a file with one of the user's own. */
  readonly space: string;
  /** Ids; `local` is this machine. */
  readonly platforms: readonly string[];
  /** Budgets in the order of the platforms; none, or one for each. */
  readonly maxLatencyMs?: readonly number[];
  /** The first is what "best" refers to. Default: accuracy, then latency on each platform. */
  readonly objectives?: readonly ObjectiveName[];
  /**
   * What `loadAccuracy` takes, or a predictor, which a kept search knows by its name. Default: the one that ships for the space, or what
   * the space's file exports.
   */
  readonly accuracy?: string | AccuracyPredictor | undefined;
  readonly method?: SearchMethodName | undefined;
  /** Default 20,000. */
  readonly evaluations?: number | undefined;
  /** Networks of the front to measure where the platform is attached. Default 0. */
  readonly verify?: number | undefined;
  /** Budgets hold for the upper end of the interval. */
  readonly sure?: boolean | undefined;
  /** Of intervals, 0–1; default 0.9. */
  readonly level?: number | undefined;
  readonly seed?: number | undefined;
  readonly population?: number | undefined;
  /** Share of the population that begets the next. */
  readonly parents?: number | undefined;
  /** Probability that a gene is drawn anew. */
  readonly mutation?: number | undefined;
  /** More folders of predictors. */
  readonly pools?: readonly string[];
  readonly protocol?: string | undefined;
  /** To measure with, by platform id; default: the one that the id names. */
  readonly engines?: Readonly<Record<string, Engine>>;
  /** Not to go on with what an earlier call has left. */
  readonly again?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** After each generation; points have the objectives in the order of `objectives`. */
  onFront?(front: FrontSoFar): void;
  onStage?(label: string, total: number): void;
  onProgress?(done: number, note?: string): void;
}

export const defaultEvaluations = 20_000;
export const defaultObjectives: readonly ObjectiveName[] = ["accuracy", "latency"];

/** @throws LitepredError `bad-usage`. */
export function checkRequest(request: SearchRequest): void {
  const {
    platforms,
    maxLatencyMs = [],
    objectives = [],
    evaluations = 1,
    verify = 0,
    level = usualLevel,
    method,
  } = request;
  const refuse = (what: string, hint: string) => {
    throw new LitepredError("bad-usage", what, hint);
  };
  if (platforms.length === 0) refuse("no platform is given", "--platform ID; litepred pool lists them");
  if (maxLatencyMs.length > 0 && maxLatencyMs.length !== platforms.length)
    refuse(`${maxLatencyMs.length} budgets for ${platforms.length} platforms`, "one --max-latency for each --platform");
  if (!maxLatencyMs.every((ms) => ms > 0)) refuse("a budget is not above 0", "for example --max-latency 20ms");
  for (const name of objectives)
    if (!objectiveNames.includes(name)) throw unknownName("objective", name, objectiveNames);
  if (new Set(objectives).size < objectives.length) refuse("an objective is given twice", "each once");
  if (method !== undefined && !searchMethodNames.includes(method))
    throw unknownName("search method", method, searchMethodNames);
  if (!(evaluations >= 1 && Number.isFinite(evaluations))) refuse(`${evaluations} evaluations`, "at least 1");
  if (!(verify >= 0 && Number.isInteger(verify))) refuse(`--verify ${verify}`, "a number of networks, 0 or more");
  if (!(level > 0 && level < 1)) refuse(`--level ${level} is not between 0 and 1`, "for example --level 0.9");
  checkPopulation(request, refuse);
}

function checkPopulation({ population = 100, parents = 0.25, mutation = 0.1 }: SearchRequest, refuse: Refuse): void {
  if (!(Number.isInteger(population) && population >= 4 && population <= 10_000))
    refuse(`a population of ${population}`, "4 to 10,000");
  if (!(parents > 0 && parents <= 1)) refuse(`a share of ${parents} parents`, "above 0, at most 1");
  if (!(mutation > 0 && mutation <= 1)) refuse(`a mutation rate of ${mutation}`, "above 0, at most 1");
}

type Refuse = (what: string, hint: string) => void;

/** What a search has found, as it is shown: plain data. */
type Choice = number | string | boolean;

export interface FoundPlatform {
  readonly platform: string;
  readonly latencyMs: number;
  readonly interval: { readonly level: number; readonly lowMs: number; readonly highMs: number };
  readonly measuredMs?: number;
  readonly failed?: string;
}

export interface FoundArchitecture {
  readonly architecture: Readonly<Record<string, Choice | readonly Choice[]>>;
  /** As the space encodes it. */
  readonly encoding: readonly number[];
  /** Top-1 in percent. */
  readonly accuracy: number;
  readonly accuracyInterval: { readonly level: number; readonly low: number; readonly high: number };
  readonly macs: number;
  readonly params: number;
  readonly platforms: readonly FoundPlatform[];
  /** Measured on every platform that is attached. */
  readonly verified: boolean;
  readonly isKnee: boolean;
}

export interface Front {
  readonly space: string;
  readonly evaluated: number;
  readonly pareto: readonly FoundArchitecture[];
  readonly best: readonly FoundArchitecture[];
  /** Budgets in the order of the platforms. */
  readonly limitsMs: readonly (number | undefined)[];
}

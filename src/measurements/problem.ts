/** What was found in the store and could not be read. */
export interface StoreProblem {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

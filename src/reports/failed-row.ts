/** A file that could not be used. */
export interface FailedRow {
  readonly model: string;
  readonly failed: string;
}

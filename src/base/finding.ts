/** One thing that the doctor found. */
export interface Finding {
  /** "problem" stops something from working, "warning" makes numbers worse. */
  readonly level: "ok" | "warning" | "problem";
  readonly subject: string;
  readonly message: string;
}

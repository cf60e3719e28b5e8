/** A long job as it is told of. */
export interface TaskEvent {
  /** `stage`, `progress`, `round`, `networks`, `front`, `result`, `error`, `end`. */
  readonly event: string;
  readonly data: unknown;
}

export type TaskKind = "measure" | "adapt" | "search";

export interface Task {
  readonly id: string;
  readonly kind: TaskKind;
  readonly platform: string;
  /** `interrupted`: the server ended before it did. */
  readonly state: "running" | "done" | "failed" | "cancelled" | "interrupted";
  readonly started: string;
}

export type BenchResult =
  | {
      readonly what: string;
      readonly value: number;
      readonly unit: string;
      readonly goal?: { readonly atLeast?: number; readonly atMost?: number };
    }
  | { readonly what: string; readonly skipped: string };

/** Yields results as they come. */
export type Benchmark = () => AsyncGenerator<BenchResult>;

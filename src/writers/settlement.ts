/** What is settled of a model file before an engine gets it. */
export interface Settlement {
  /** Of the inputs, by name, in the file's order of axes. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  /** Number of the graph to run, where the format has several. */
  readonly graph?: number | undefined;
  /** Bytes of a file beside the model, `length` or all behind `offset`. @throws LitepredError where there is none */
  readonly externalData: (location: string, offset: number, length: number | undefined) => Uint8Array;
}

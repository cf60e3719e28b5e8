export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export type Edge = readonly [from: string, to: string];

/** Boxes in the order they are run, so that nearly every edge leads onwards. */
export interface BoxGraph {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Centres of the boxes by id, and the bends of each edge. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: Readonly<Record<string, Point>>;
  readonly edges: readonly (readonly Point[])[];
}

/** Gaps between boxes beside each other and between ranks, and around the picture, pixels. Choices. */
export const gaps = { beside: 14, below: 26, margin: 12 } as const;

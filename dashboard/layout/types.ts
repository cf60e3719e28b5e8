export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface BoxGraph {
  readonly boxes: readonly Box[];
  readonly edges: readonly (readonly [from: string, to: string])[];
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

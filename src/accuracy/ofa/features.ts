/**
 * A sub-network of OFA-MobileNetV3 as columns of a linear model: what each block adds; a cubic in the resolution, which passes through
 * the four resolutions that were measured; and products of what the stages are in sum, among themselves and with the resolution.
 * Blocks beyond their stage's depth count as absent, whatever their genes say.
 */
export interface OfaArchitecture {
  readonly r: number;
  readonly w: number;
  /** Of 20 blocks, four a stage. */
  readonly ks: readonly number[];
  readonly e: readonly number[];
  readonly d: readonly number[];
}

const STAGES = 5;
const BLOCKS = 4;

/** 20 blocks of four numbers, ten of which can be absent; the cubic; 15 sums with the resolution and in 120 pairs. */
export const ofaColumns = 20 * 4 + 10 + 3 + 15 + 120;

interface Block {
  readonly present: boolean;
  /** Both 0 in the middle of their options, so that products stay apart from sums. */
  readonly kernel: number;
  readonly expansion: number;
  readonly bends: readonly [number, number];
}

function blockAt({ ks, e, d }: OfaArchitecture, stage: number, place: number): Block {
  const [kernel, expansion] = [ks[BLOCKS * stage + place]!, e[BLOCKS * stage + place]!];
  if (place >= d[stage]!) return { present: false, kernel: 0, expansion: 0, bends: [0, 0] };
  return {
    present: true,
    kernel: (kernel - 5) / 2,
    expansion: (expansion - 13 / 3) / 1.5,
    bends: [kernel === 5 ? 1 : 0, expansion === 4 ? 1 : 0],
  };
}

/** Writes the columns of one architecture at `at`. */
export function writeOfaFeatures(architecture: OfaArchitecture, out: Float64Array, at: number): void {
  const t = (architecture.r - 176) / 48;
  let next = at;
  const put = (value: number) => {
    out[next++] = value;
  };
  for (const value of [t, t * t, t ** 3]) put(value);
  const sums: number[] = [];
  for (let stage = 0; stage < STAGES; stage++) {
    let [kernels, expansions] = [0, 0];
    for (let place = 0; place < BLOCKS; place++) {
      const { present, kernel, expansion, bends } = blockAt(architecture, stage, place);
      if (place >= 2) put(present ? 1 : 0);
      put(kernel);
      put(expansion);
      for (const bend of bends) put(bend);
      kernels += kernel;
      expansions += expansion;
    }
    sums.push(architecture.d[stage]! - 3, kernels / 3, expansions / 3);
  }
  for (const value of sums) put(value * t);
  for (let i = 0; i < sums.length; i++) for (let j = i; j < sums.length; j++) put(sums[i]! * sums[j]!);
}

/** One row an architecture. */
export function ofaFeatures(architectures: readonly OfaArchitecture[]) {
  const values = new Float64Array(architectures.length * ofaColumns);
  for (const [i, architecture] of architectures.entries()) writeOfaFeatures(architecture, values, i * ofaColumns);
  return { rows: architectures.length, columns: ofaColumns, values };
}

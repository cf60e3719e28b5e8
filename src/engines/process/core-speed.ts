/**
 * Which of its two speeds the core has. On virtual machines the core's other hyperthread belongs to somebody else: while it
 * is busy, everything here takes 1.25 to 1.8 times as long, in phases of some hundredths of a second to some seconds, and no
 * clock or context switch tells. A probe does: arithmetic that fills the core's execution units. Measured (2 cores of an AMD
 * EPYC, MobileNetV2): all runs 9.4–12 ms in two heaps; between two fast probes 9.5–10.0 ms, between two slow ones 11.4–12.0.
 */
import { performance } from "node:perf_hooks";
import type { CoreState } from "./core-state.js";

export interface CoreSpeed {
  /** `full`: the core is ours alone. Takes about 25 µs. */
  state(): CoreState;
  /** Share of the probes so far that were fast. */
  fullShare(): number;
}

/** A probe that takes longer than the fast ones by more than this is slow. Measured: ×1.02 inside the fast state, ×1.5 in the other. */
const slower = 1.2;
/** Which of the probes so far is a fast one: one in fifty is, in the busiest phases seen. */
const fastShare = 0.02;
/** Probes that are remembered. */
const memory = 4000;
/** Before anything is judged, milliseconds: as soon as both speeds were seen, or never mind the other. Choice. */
const warmUpMs = { least: 300, most: 3000 };

/** @param patient waits longer for the first sight of the other speed */
export function createCoreSpeed(patient: boolean): CoreSpeed {
  const data = Int32Array.from({ length: 1024 }, (_, i) => Math.imul(i, 2654435761));
  const history: number[] = [];
  let at = 0;
  let fastMs = Number.POSITIVE_INFINITY;
  let sinceUpdate = 0;
  /** The better of two: the first finds cold caches. */
  const probe = (): number => {
    const first = performance.now();
    fillExecutionUnits(data);
    const second = performance.now();
    fillExecutionUnits(data);
    return Math.min(second - first, performance.now() - second);
  };
  const remember = (ms: number) => {
    history[at] = ms;
    at = (at + 1) % memory;
    if (sinceUpdate++ % 50 !== 0 && ms >= fastMs) return;
    const sorted = Float64Array.from(history).sort();
    fastMs = sorted[Math.min(sorted.length - 1, Math.max(3, Math.floor(fastShare * sorted.length)))]!;
  };
  const fullShare = () => history.filter((ms) => ms <= slower * fastMs).length / history.length;
  const seenBoth = () => fullShare() > fastShare && fullShare() < 1 - fastShare;
  const began = performance.now();
  for (let i = 1; ; i++) {
    remember(probe());
    const passed = performance.now() - began;
    if (passed > warmUpMs.most || (passed > warmUpMs.least && (!patient || (i % 100 === 0 && seenBoth())))) break;
  }
  return {
    fullShare,
    state() {
      const ms = probe();
      remember(ms);
      return ms <= slower * fastMs ? "full" : "shared";
    },
  };
}

/** Eight independent chains of integer arithmetic, about 12 µs. */
function fillExecutionUnits(data: Int32Array): number {
  let [a, b, c, d, e, f, g, h] = [1, 2, 3, 4, 5, 6, 7, 8];
  for (let round = 0; round < 20; round++)
    for (let i = 0; i < data.length; i += 8) {
      a = ((a + data[i]!) ^ round) | 0;
      b = ((b ^ data[i + 1]!) + round) | 0;
      c = ((c + data[i + 2]!) ^ round) | 0;
      d = ((d ^ data[i + 3]!) + round) | 0;
      e = ((e + data[i + 4]!) ^ round) | 0;
      f = ((f ^ data[i + 5]!) + round) | 0;
      g = ((g + data[i + 6]!) ^ round) | 0;
      h = ((h ^ data[i + 7]!) + round) | 0;
    }
  return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h;
}

/** KL(p ‖ q) = Σ p ln(p/q) in nats, of two positive vectors normalised to sum 1; ≥ 0. Infinity where p > 0 and q = 0. */
export function klDivergence(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let totalP = 0;
  let totalQ = 0;
  for (let i = 0; i < p.length; i++) {
    totalP += p[i]!;
    totalQ += q[i]!;
  }
  let divergence = 0;
  for (let i = 0; i < p.length; i++) {
    const share = p[i]! / totalP;
    if (share > 0) divergence += share * Math.log((share * totalQ) / q[i]!);
  }
  return Math.max(0, divergence);
}

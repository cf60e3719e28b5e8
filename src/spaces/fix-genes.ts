/** A part of a space: some genes stay at one choice. */
import type { Architecture, Choice, Space } from "./space.js";

/** Every architecture that comes out has these choices, whatever went in; a gene of several positions has it at each. */
export function fixGenes(space: Space, fixed: Readonly<Record<string, Choice>>): Space {
  const fix = (architecture: Architecture): Architecture => {
    const changed: Record<string, Choice | readonly Choice[]> = {};
    for (const [gene, choice] of Object.entries(fixed)) {
      const own = architecture[gene];
      if (Array.isArray(own) ? own.some((one) => one !== choice) : own !== choice)
        changed[gene] = Array.isArray(own) ? own.map(() => choice) : choice;
    }
    if (Object.keys(changed).length === 0) return architecture;
    // Through the encoding, so that what depends on the gene is put right.
    return space.decode(space.encode({ ...architecture, ...changed }));
  };
  return {
    ...space,
    sample: (random) => fix(space.sample(random)),
    mutate: (architecture, random, rate) => fix(space.mutate(architecture, random, rate)),
    cross: (a, b, random) => fix(space.cross(a, b, random)),
    decode: (vector) => fix(space.decode(vector)),
  };
}

/**
 * Where predictors live: folders of artefacts, one safetensors file for each platform. The user's own folder comes
 * first, then the pool that ships with the package.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { LitepredError, packagePath } from "../base/index.js";
import { type PredictorArtefact, type Provenance, readArtefact, writeArtefact } from "../predictors/index.js";

export interface PoolEntry {
  readonly platform: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly provenance: Provenance;
  readonly kernels: readonly {
    readonly type: string;
    readonly samples: number;
    readonly within10: number;
    readonly mape: number;
  }[];
  readonly correctionModels: number;
}

export interface PoolProblem {
  readonly file: string;
  readonly reason: string;
}

export interface Pool {
  readonly folders: readonly string[];
  list(): { readonly entries: PoolEntry[]; readonly problems: PoolProblem[] };
  /** @throws LitepredError `no-predictor` naming the platforms that there are, `corrupt-artefact`. */
  load(platform: string): PredictorArtefact & { readonly sha256: string };
  /** Writes into the first folder, atomically; returns the file. */
  save(artefact: PredictorArtefact): string;
}

const extension = ".safetensors";

export function openPool(home: string, extra: readonly string[] = []): Pool {
  const folders = [join(home, "pool"), ...extra, packagePath("pool")];
  const files = () =>
    folders.flatMap((folder) =>
      existsSync(folder)
        ? readdirSync(folder)
            .filter((file) => file.endsWith(extension))
            .sort()
            .map((file) => join(folder, file))
        : [],
    );
  const list: Pool["list"] = () => {
    const entries: PoolEntry[] = [];
    const problems: PoolProblem[] = [];
    for (const file of files()) {
      try {
        const entry = describe(file);
        if (!entries.some((known) => known.platform === entry.platform)) entries.push(entry);
      } catch (error) {
        if (!(error instanceof LitepredError)) throw error;
        problems.push({ file, reason: error.message });
      }
    }
    return { entries, problems };
  };
  return {
    folders,
    list,
    load(platform) {
      const file = files().find((candidate) => basename(candidate) === fileName(platform));
      if (file !== undefined) return readArtefact(readFileSync(file));
      const known = list().entries.map((entry) => entry.platform);
      throw new LitepredError(
        "no-predictor",
        `there is no predictor for platform "${platform}"`,
        `adapt it (litepred adapt --platform ${platform}) or train it from scratch (litepred profile, then litepred train)${known.length > 0 ? `; predictors exist for ${known.join(", ")}` : ""}`,
        { platform },
      );
    },
    save(artefact) {
      mkdirSync(folders[0]!, { recursive: true });
      const file = join(folders[0]!, fileName(artefact.platform));
      const temporary = `${file}.${process.pid}.tmp`;
      writeFileSync(temporary, writeArtefact(artefact));
      renameSync(temporary, file);
      return file;
    },
  };
}

/** File name of a platform: its id with separators that every file system takes. */
export function fileName(platform: string): string {
  return `${platform.replace(/[/?&]/g, "_")}${extension}`;
}

function describe(file: string): PoolEntry {
  const bytes = readFileSync(file);
  const { platform, provenance, kernels, correction, sha256 } = readArtefact(bytes);
  return {
    platform,
    file,
    sizeBytes: bytes.length,
    sha256,
    provenance,
    kernels: kernels.map(({ type, samples, heldOut }) => ({
      type,
      samples,
      within10: heldOut.within10,
      mape: heldOut.mape,
    })),
    correctionModels: correction.models,
  };
}

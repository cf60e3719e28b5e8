/**
 * Where predictors live: folders of artefacts, one safetensors file for each platform. The user's own folder comes
 * first, then the pool that ships with the package.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type Accuracy,
  didYouMean,
  fileFault,
  LitepredError,
  median,
  packagePath,
  readPlainFile,
  removeParts,
  saveWhole,
} from "../base/index.js";
import { formatPlatformId, parsePlatformId, platformFileName } from "../platforms/index.js";
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
  /** Whole networks, each predicted by a correction without it; absent in files of before. */
  readonly heldOut?: Accuracy | undefined;
  /** Median relative error of the same networks; absent where none was measured. */
  readonly typicalError?: number | undefined;
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
  /**
   * What can be transferred to a platform: every platform's predictor, but of the platform itself only one that came with the other
   * folders. One that was made here has seen the measurements that it would be held against.
   */
  sourcesFor(platform: string): PredictorArtefact[];
  /** @throws LitepredError `no-predictor`, `corrupt-artefact`. */
  find(platform: string): PoolEntry;
  /** Nominal times of the reference models behind a platform's predictor; undefined where there is none, or it was measured by the old method. */
  nominalOf(platform: string): PredictorArtefact["nominalMs"];
  /** Writes into the first folder, atomically; returns the file. */
  save(artefact: PredictorArtefact): string;
  /** Takes a file into the first folder once it is checked. @throws LitepredError `unreadable-file`, `corrupt-artefact`. */
  add(file: string): PoolEntry;
  /** Copies all predictors, or one platform's, into a folder; returns the new files. @throws LitepredError `no-predictor`. */
  exportTo(folder: string, platform?: string): string[];
}

const extension = ".safetensors";

export function openPool(home: string, extra: readonly string[] = []): Pool {
  const folders = [join(home, "pool"), ...extra, packagePath("pool")];
  const own = folders[0]!;
  const list = () => describeAll(filesIn(folders));
  const find = (platform: string) => filesIn(folders).find((file) => basename(file) === fileName(platform));
  const fileOf = (platform: string): string => {
    const file = find(platform);
    if (file === undefined) throw noPredictor(platform, list().entries);
    return file;
  };
  return {
    folders,
    list,
    load: (platform) => readArtefact(readPredictor(fileOf(platform))),
    sourcesFor(platform) {
      const made = join(own, fileName(platform));
      const { entries } = describeAll(filesIn(folders).filter((file) => file !== made));
      return entries.map(({ file }) => readArtefact(readPredictor(file)));
    },
    find: (platform) => describe(fileOf(platform)),
    nominalOf(platform) {
      const file = find(platform);
      return file === undefined ? undefined : readArtefact(readPredictor(file)).nominalMs;
    },
    save: (artefact) => write(writeArtefact(artefact), own, artefact.platform),
    add(file) {
      const bytes = readPredictor(file);
      return describe(write(bytes, own, platformIn(file, bytes)));
    },
    exportTo(folder, platform) {
      const chosen = platform === undefined ? list().entries : [describe(fileOf(platform))];
      return chosen.map((entry) => write(readPredictor(entry.file), folder, entry.platform));
    },
  };
}

const filesIn = (folders: readonly string[]): string[] =>
  folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith(extension))
        .sort()
        .map((file) => join(folder, file)),
    );

/** Of each platform the first; what cannot be read is a problem. */
function describeAll(files: readonly string[]): ReturnType<Pool["list"]> {
  const entries: PoolEntry[] = [];
  const problems: PoolProblem[] = [];
  for (const file of files) {
    try {
      const entry = describe(file);
      if (!entries.some((known) => known.platform === entry.platform)) entries.push(entry);
    } catch (error) {
      const fault = error instanceof LitepredError ? error : fileFault(error);
      if (fault === undefined) throw error;
      problems.push({ file, reason: fault.message });
    }
  }
  return { entries, problems };
}

function noPredictor(platform: string, entries: readonly PoolEntry[]): LitepredError {
  const known = entries.map((entry) => entry.platform);
  const others = known.length > 0 ? `; predictors exist for ${known.join(", ")}` : "";
  return new LitepredError(
    "no-predictor",
    `there is no predictor for platform "${platform}"`,
    `${didYouMean(platform, known)}adapt it (litepred adapt --platform ${platform}) or train it from scratch (litepred profile, then litepred train)${others}`,
    { platform },
  );
}

function write(bytes: Uint8Array, folder: string, platform: string): string {
  const file = join(folder, fileName(platform));
  removeParts(folder);
  saveWhole(file, bytes);
  return file;
}

/** Predictors are a few megabytes; a file above this is none. */
const maxBytes = 2 ** 28;

const readPredictor = (file: string): Uint8Array =>
  readPlainFile(file, { maxBytes, hint: "give a .safetensors file that litepred pool export has written" });

function platformIn(file: string, bytes: Uint8Array): string {
  try {
    return formatPlatformId(parsePlatformId(readArtefact(bytes).platform));
  } catch (error) {
    if (error instanceof LitepredError)
      throw new LitepredError(error.code, `${file}: ${error.message}`, error.hint, { ...error.values, file });
    throw error;
  }
}

const fileName = (platform: string) => `${platformFileName(platform)}${extension}`;

function describe(file: string): PoolEntry {
  const bytes = readPredictor(file);
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
    heldOut: correction.heldOut,
    typicalError: correction.residuals.length === 0 ? undefined : Math.expm1(median(correction.residuals)),
  };
}

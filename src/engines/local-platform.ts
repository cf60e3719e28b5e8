import type { Platform } from "../platforms/index.js";
import type { Engine, EngineDescription } from "./contract.js";

/** A platform of this machine, or of an attached phone, ready to be measured. */
export interface LocalPlatform {
  readonly platform: Platform;
  /** Full id. */
  readonly id: string;
  readonly engine: Engine;
  readonly description: EngineDescription;
}

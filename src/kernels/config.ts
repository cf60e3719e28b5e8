/** STUB: valid configs. */
import type { KernelConfig, KernelType } from "./types.js";

/** Loose input: any case, aliases (hw, kernel_size, stride, channels …), numbers as text, fields missing. */
export type LooseConfig = Readonly<Record<string, number | string>>;

/** Why a config is not valid (missing field, out of range, impossible combination), or undefined. */
export function validateConfig(_type: string | KernelType, _config: KernelConfig): string | undefined {
  throw new Error("internal: not written yet");
}

/** Fills defaults, resolves aliases, orders fields. @throws LitepredError `invalid-config`. */
export function normalizeConfig(_type: string | KernelType, _config: LooseConfig): KernelConfig {
  throw new Error("internal: not written yet");
}

/** The nearest valid config: rounds, clamps, snaps groups. For samplers. */
export function projectConfig(_type: string | KernelType, _config: LooseConfig): KernelConfig {
  throw new Error("internal: not written yet");
}

/** Stable text, equal for equal configs: values in the order of the type's fields. */
export function configKey(_type: string | KernelType, _config: KernelConfig): string {
  throw new Error("internal: not written yet");
}

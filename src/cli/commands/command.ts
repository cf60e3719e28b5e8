import type { Command } from "commander";
import type { CliContext } from "../context.js";

/** Runs a command's body with its context; the number it returns is the exit code (default 0). */
export type RunCommand = (source: Command, body: (context: CliContext) => Promise<number | undefined>) => Promise<void>;

/** Adds one command to the program. */
export type RegisterCommand = (program: Command, run: RunCommand) => void;

/** Platform when none is asked for: this machine's ONNX Runtime. */
export const defaultPlatform = "local/cpu/onnxruntime-node/fp32";

/** Collects repeated options. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];

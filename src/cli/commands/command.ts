import type { Command } from "commander";
import { LitepredError } from "../../base/index.js";
import type { CliContext } from "../context.js";

/** Runs a command's body with its context; the number it returns is the exit code (default 0). */
export type RunCommand = (source: Command, body: (context: CliContext) => Promise<number | undefined>) => Promise<void>;

/** Adds one command to the program. */
export type RegisterCommand = (program: Command, run: RunCommand) => void;

/** Platform when none is asked for: this machine's ONNX Runtime. */
export const defaultPlatform = "local/cpu/onnxruntime-node/fp32";

/** Collects repeated options. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** How a model file is to be read: for every command that takes one. */
export const modelOptions = (command: Command): Command =>
  command
    .option(
      "--input <name=shape>",
      "shape of a model input, e.g. x=1x3x224x224, in the file's order of axes (repeatable)",
      collect,
    )
    .option("--signature <name>", "of a .tflite file with several signatures");

/** Every --platform that was given, or the default one. */
export const platformsIn = (options: { readonly platform?: readonly string[] }): readonly string[] =>
  options.platform ?? [defaultPlatform];

type Options = Readonly<Record<string, unknown>>;

/** The number that an option was given. @throws LitepredError `bad-usage` naming the option and the text. */
export function numberOf(options: Options, name: string): number {
  const text = String(options[name]);
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new LitepredError("bad-usage", `--${flag} ${text} is not a number`, `for example --${flag} 1`);
}

/** Checks the settings of a platform against what an engine offers, before anything is started. */
import { didYouMean, LitepredError } from "../base/index.js";
import type { EngineDescription, EngineSettings } from "./contract.js";

/** @throws LitepredError `unknown-platform` naming the part that the engine does not have. */
export function checkSettings(engine: EngineDescription, settings: EngineSettings): void {
  const refuse = (what: string, value: string, offered: readonly string[]) => {
    const hint = `${didYouMean(value, offered)}${engine.name} has ${offered.length === 0 ? "none" : offered.join(", ")}`;
    return new LitepredError("unknown-platform", `${engine.name} does not have ${what} "${value}"`, hint, {
      ...settings,
    });
  };
  if (!engine.processors.includes(settings.processor)) throw refuse("processor", settings.processor, engine.processors);
  if (!engine.precisions.includes(settings.precision)) throw refuse("precision", settings.precision, engine.precisions);
  for (const [name, value] of Object.entries(settings.options)) {
    const option = engine.options.find((candidate) => candidate.name === name);
    if (option === undefined)
      throw refuse(
        "option",
        name,
        engine.options.map((known) => known.name),
      );
    if (option.choices !== undefined && !option.choices.includes(value)) throw refuse(`${name}`, value, option.choices);
    if (name === "threads" && !/^[1-9]\d{0,2}$/.test(value)) throw refuse("threads", value, ["1 to 999"]);
  }
}

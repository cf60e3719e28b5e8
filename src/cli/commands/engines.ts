import { renderTable } from "../render.js";
import type { RegisterCommand } from "./command.js";
import { registerEngineRules } from "./engine-rules.js";

export const engines: RegisterCommand = (program, run) => {
  const parent = program.command("engines").description("inference engines: what is installed and what is missing");
  parent
    .command("list", { isDefault: true })
    .description("engines with versions, precisions and what is missing")
    .action((_options, command) =>
      run(command, async (context) => {
        const { listEngines } = await import("../../engines/index.js");
        context.result(await listEngines(context.home), (rows) =>
          renderTable(
            ["engine", "version", "installed", "precisions", "kernels timed by", "missing"],
            rows.map((r) => [
              r.name,
              r.version,
              r.installed ? "yes" : "no",
              r.precisions.join(" "),
              r.kernelTiming,
              r.missing ?? "",
            ]),
          ),
        );
        return 0;
      }),
    );
  parent
    .command("install")
    .description("makes an isolated, pinned environment for an engine in the workspace")
    .argument("<engine>", "name, or name@version")
    .action((engine: string, _options, command) =>
      run(command, async (context) => {
        const { installEngine } = await import("../../engines/index.js");
        const installed = await installEngine(engine, {
          home: context.home,
          onProgress: (line) => context.note(line),
          signal: context.signal,
        });
        context.result(
          installed,
          (i) => `${i.name} ${i.version}${i.python === undefined ? "" : `, Python ${i.python}`}`,
        );
        return 0;
      }),
    );
  registerEngineRules(parent, run);
};

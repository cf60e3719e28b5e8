import type { Command } from "commander";
import { saveWhole } from "../../base/index.js";
import { withProgress } from "../progress.js";
import { collect, numberOf, type RunCommand } from "./command.js";

/** Adds `peers` to `litepred evaluate`. */
export function evaluatePeersCommand(parent: Command, run: RunCommand): void {
  parent
    .command("peers")
    .description("HELP, BRP-NAS and our transfer on HELP's own data: whole architectures on 27 and 12 devices")
    .requiredOption("--data <dir>", "folder with nasbench201/ and ofa/, as HELP publishes them")
    .option("--space <name>", "nasbench201 or ofa (repeatable; default both)", collect)
    .option("--method <name>", "repeatable; default all", collect)
    .option("--measured <n>", "only runs with so many measurements of the target (repeatable)", collect)
    .option("--seeds <n>", "seeds of each method", "3")
    .option("--episodes <n>", "of HELP, instead of its 2000")
    .option("--epochs <n>", "of BRP-NAS")
    .option("--only-report", "report on the runs done so far")
    .option("--markdown <file>", "also write the tables there")
    .action((options, command) =>
      run(command, async (context) => {
        const { evaluatePeers } = await import("../../experiments/peers/run.js");
        const { peersPage } = await import("../../experiments/peers/page.js");
        const given = (name: string) => (options[name] === undefined ? undefined : numberOf(options, name));
        const report = await withProgress((watch) =>
          evaluatePeers({
            folder: options.data,
            spaces: options.space,
            methods: options.method,
            measured: options.measured?.map(Number),
            seeds: numberOf(options, "seeds"),
            episodes: given("episodes"),
            epochs: given("epochs"),
            onlyReport: options.onlyReport === true,
            home: context.home,
            signal: context.signal,
            ...watch,
          }),
        );
        if ("skipped" in report) {
          context.result(report, (r) => `skipped: ${r.skipped}`);
          return 0;
        }
        if (options.markdown) saveWhole(options.markdown, peersPage(report));
        context.result(report, peersPage);
        return 0;
      }),
    );
}

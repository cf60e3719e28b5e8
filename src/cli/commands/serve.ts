import { existingFiles } from "../model-files.js";
import { collect, numberOf, type RegisterCommand } from "./command.js";

export const serve: RegisterCommand = (program, run) => {
  program
    .command("serve")
    .description("a page in the browser, and the same over HTTP (described at /api)")
    .argument("[model...]", "model files that the page offers; others are dropped on it")
    .option("--host <address>", "address to listen at; beyond this machine a token is asked for", "127.0.0.1")
    .option("--port <n>", "port; 0 takes any that is free", "4747")
    .option("--pool <dir>", "another folder of predictors (repeatable)", collect)
    .option("--max-upload <mib>", "largest model that the API takes, MiB", "256")
    .action((models: string[], options, command) =>
      run(command, async ({ home, signal, json }) => {
        const { listen } = await import("../../server/index.js");
        const server = await listen({
          home,
          pools: options.pool ?? [],
          models: existingFiles(models),
          host: options.host,
          port: numberOf(options, "port"),
          maxUploadBytes: numberOf(options, "maxUpload") * 2 ** 20,
        });
        process.stdout.write(`${json ? JSON.stringify({ url: server.url }) : server.url}\n`);
        // Whoever stops it early may have done so while it was starting.
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        await server.close();
        return 0;
      }),
    );
};

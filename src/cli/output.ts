/**
 * What becomes of output that nobody takes. A reader that has gone (`| head -1`) wants no more: the work goes on and the exit code
 * stays true. A result that does not fit on the disk (`> file`) is lost, which is said, with exit code 2.
 */
import { fileFault } from "../base/index.js";

/** For the rest of the process: streams tell late. */
export function watchOutput(): void {
  const onStdout = (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    const fault = fileFault(error);
    process.stderr.write(`litepred: standard output: ${fault?.message ?? error.message}\n  ${fault?.hint ?? ""}\n`);
    process.exit(2);
  };
  // Progress and notes that cannot be shown are missed, no more.
  const onStderr = () => {};
  process.stdout.on("error", onStdout);
  process.stderr.on("error", onStderr);
}

/**
 * The kernels one after the other as Trace Event JSON, which Perfetto (ui.perfetto.dev) and speedscope open: a process for each model
 * and platform, blocks as events around their kernels. Times are those of single kernels, scaled to the model's total.
 */
import { type Block, blockTree } from "../analysis/index.js";
import type { ReportData, ReportedKernel, ReportedPlatform } from "./report-data.js";

interface TraceEvent {
  readonly name: string;
  readonly ph: "X" | "M";
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export function reportTrace({ models }: ReportData): string {
  let pid = 0;
  const traceEvents = models.flatMap(({ model, platforms }) =>
    platforms.flatMap((platform) => processEvents(++pid, `${model} on ${platform.platform}`, platform)),
  );
  return JSON.stringify({ displayTimeUnit: "ms", traceEvents });
}

function processEvents(pid: number, title: string, { kernels, factor, callMs }: ReportedPlatform): TraceEvent[] {
  const events: TraceEvent[] = [
    { name: "process_name", ph: "M", pid, tid: 1, args: { name: title } },
    { name: "thread_name", ph: "M", pid, tid: 1, args: { name: "predicted kernels" } },
  ];
  let at = 0;
  const spend = (us: number) => {
    at += us;
    return us;
  };
  const common = { ph: "X", pid, tid: 1 } as const;
  if (callMs > 0) events.push({ ...common, name: "call", cat: "call", ts: 0, dur: spend(callMs * 1000), args: {} });
  const visit = (block: Block<ReportedKernel>): void => {
    for (const child of block.children) {
      const ts = at;
      if ("kernel" in child) {
        const { name, type, latencyMs } = child.kernel;
        const dur = spend(latencyMs * factor * 1000);
        events.push({
          ...common,
          name: name.slice(name.lastIndexOf("/") + 1),
          cat: type,
          ts,
          dur,
          args: argsOf(child.kernel),
        });
        continue;
      }
      const place = events.length;
      visit(child);
      events.splice(place, 0, { ...common, name: child.name, cat: "block", ts, dur: at - ts, args: {} });
    }
  };
  visit(blockTree(kernels));
  return events;
}

const argsOf = ({ name, type, text, share, bound, flops, bytes, uncovered }: ReportedKernel) => ({
  ...{ kernel: name, type, config: text, share, bound, flops, bytes, uncovered },
});

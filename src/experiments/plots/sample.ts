/**
 * A picture of what samplers draw: the joint distribution of two sizes of a kernel type, the spaces' own configs beside
 * those of each sampler, coloured by window.
 */
import { writeFile } from "node:fs/promises";
import { init } from "echarts";
import { LitepredError } from "../../base/index.js";
import { type SampleRequest, statisticsOf } from "../../jobs/sample.js";
import type { KernelConfig } from "../../kernels/index.js";
import { type ConfigStatistics, loadSampler } from "../../sampling/index.js";

export interface SamplePlotRequest extends Omit<SampleRequest, "sampler"> {
  /** Beside the spaces' own configs. Default: the published VAE, ours, and the adaptive one. */
  readonly samplers?: readonly string[];
}

interface Panel {
  readonly title: string;
  readonly points: readonly { readonly config: KernelConfig; readonly count: number }[];
}

/** Real configs shown, at most: the ones with the largest share of latency. */
const mostReal = 3000;
const panelWidth = 320;
const height = 420;

/** The picture as SVG. @throws LitepredError `no-data` where the spaces have no such kernels or they differ in one size only. */
export async function plotSamples(request: SamplePlotRequest): Promise<string> {
  const { kernel, count, seed, signal, samplers = ["vae", "vae-ordinal", "adaptive"] } = request;
  const statistics = await statisticsOf(request);
  if (statistics === undefined)
    throw new LitepredError("no-data", `the spaces have no ${kernel} kernels`, "leave --space away to use all spaces");
  const axes = axesOf(statistics.configs);
  if (axes === undefined)
    throw new LitepredError("no-data", `${kernel} kernels differ in fewer than two sizes`, "plot another kernel type");
  const panels: Panel[] = [
    { title: `real (${statistics.configs.length} configs)`, points: statistics.configs.slice(0, mostReal) },
  ];
  for (const name of samplers) {
    const sampler = await loadSampler(name);
    const { configs } = await sampler.sample({ type: kernel, count, seed, statistics, signal });
    panels.push({ title: `${name} (${configs.length})`, points: configs.map((config) => ({ config, count: 1 })) });
  }
  return render(kernel, panels, axes);
}

/** Writes the picture into a file, as SVG or, by the name, as a page. @throws LitepredError `bad-usage` for other names. */
export async function savePlot(file: string, request: SamplePlotRequest): Promise<void> {
  if (!/\.(svg|html)$/.test(file))
    throw new LitepredError("bad-usage", `--plot ${file} is neither .svg nor .html`, "for example --plot conv.svg");
  const svg = await plotSamples(request);
  await writeFile(file, file.endsWith(".svg") ? svg : plotPage(svg, `${request.kernel} configs`));
}

const plotPage = (svg: string, title: string): string =>
  `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${title}</title>\n<body style="margin:1rem">\n${svg}\n</body>\n</html>\n`;

type Axes = readonly [string, string];

/** Image height against input channels where there are such, else the two sizes with the most values. */
function axesOf(configs: readonly ConfigStatistics[]): Axes | undefined {
  const values = (name: string) => new Set(configs.map(({ config }) => config[name])).size;
  const names = Object.entries(configs[0]!.config)
    .filter(([name, value]) => typeof value === "number" && values(name) > 1 && name !== "w")
    .map(([name]) => name);
  for (const channel of ["cin", "c"]) if (names.includes("h") && names.includes(channel)) return ["h", channel];
  const [x, y] = names.sort((a, b) => values(b) - values(a));
  return x !== undefined && y !== undefined ? [x, y] : undefined;
}

function render(kernel: string, panels: readonly Panel[], [x, y]: Axes): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: panelWidth * panels.length, height });
  const all = panels.flatMap(({ points }) => points.map(({ config }) => config));
  const classes = [...new Set(all.map(classOf))].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const range = (name: string) => {
    const logs = all.map((config) => Math.log2(Math.max(1, config[name] as number)));
    return { min: 2 ** Math.floor(Math.min(...logs)), max: 2 ** Math.ceil(Math.max(...logs)) };
  };
  const axis = (name: string, gridIndex: number) => ({
    gridIndex,
    type: "log" as const,
    logBase: 2,
    name,
    nameLocation: "middle" as const,
    splitNumber: 6,
    ...range(name),
  });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    title: [
      { text: kernel, left: 10, top: 6 },
      ...panels.map(({ title }, i) => ({
        text: title,
        left: panelWidth * (i + 0.5),
        top: 46,
        textAlign: "center" as const,
        textStyle: { fontSize: 13, fontWeight: "normal" as const },
      })),
    ],
    legend: { data: classes, top: 8, right: 10 },
    grid: panels.map((_, i) => ({ left: panelWidth * i + 60, width: panelWidth - 85, top: 72, bottom: 55 })),
    xAxis: panels.map((_, i) => ({ ...axis(x, i), nameGap: 28 })),
    yAxis: panels.map((_, i) => ({ ...axis(y, i), nameGap: 40 })),
    series: panels.flatMap(({ points }, i) =>
      classes.map((name) => ({
        name,
        type: "scatter" as const,
        xAxisIndex: i,
        yAxisIndex: i,
        itemStyle: { opacity: 0.45 },
        data: points
          .filter(({ config }) => classOf(config) === name)
          .map((point) => ({
            value: [point.config[x]!, point.config[y]!],
            symbolSize: Math.min(14, 3 + Math.log2(point.count)),
          })),
      })),
    ),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** What the colour shows: the window, where the type has one. */
function classOf(config: KernelConfig): string {
  const { kernelH, kernelW } = config;
  if (kernelH === undefined || kernelW === undefined) return "configs";
  const square = kernelH === kernelW;
  return square && [1, 3, 5, 7].includes(kernelH as number) ? `${kernelH}×${kernelH}` : "other";
}

/** Pictures of several panels with a legend over them, row by row. SVG. */
import { type EChartsOption, init } from "echarts";

/** Pixels. */
export interface PanelSizes {
  /** Panels beside each other, at most. */
  readonly columns: number;
  readonly width: number;
  readonly height: number;
  /** Left of a panel's plot, and what the plot is narrower and lower than its panel by. */
  readonly inset: { readonly left: number; readonly width: number; readonly height: number };
}

const headHeight = 40;

/** Panels in a row. */
export const acrossOf = (count: number, { columns }: PanelSizes): number => Math.max(1, Math.min(columns, count));

/** @param option everything but titles and grids of the panels */
export function drawPanels(titles: readonly string[], sizes: PanelSizes, option: EChartsOption): string {
  const { width, height, inset } = sizes;
  const across = acrossOf(titles.length, sizes);
  const chart = init(null, null, {
    renderer: "svg",
    ssr: true,
    width: width * across,
    height: headHeight + height * Math.max(1, Math.ceil(titles.length / across)),
  });
  const places = titles.map((_, i) => ({
    left: width * (i % across),
    top: headHeight + height * Math.floor(i / across),
  }));
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    title: places.map(({ left, top }, i) => ({
      text: titles[i]!,
      left: left + width / 2,
      top,
      textAlign: "center" as const,
      textStyle: { fontSize: 12, fontWeight: "normal" as const },
    })),
    grid: places.map(({ left, top }) => ({
      left: left + inset.left,
      width: width - inset.width,
      top: top + 30,
      height: height - inset.height,
    })),
    ...option,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

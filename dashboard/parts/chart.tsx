/** ECharts, loaded when the first chart is shown, with the page's colours. */
import type { EChartsOption } from "echarts";
import { useEffect, useRef } from "preact/hooks";
import { theme } from "../theme.js";
import { saveAddress } from "./save.js";

export interface ChartProps {
  readonly option: EChartsOption;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly height?: number;
  /** Of the file that it is saved as. */
  readonly name: string;
  onPick?(dataIndex: number, seriesIndex: number): void;
}

export function Chart({ option, label, height = 300, name, onPick }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<{ getDataURL(options: object): string }>(undefined);
  const current = theme.value;
  useEffect(() => {
    let gone = false;
    let dispose = () => {};
    import("./echarts.js").then(({ init }) => {
      if (gone || place.current === null) return;
      const made = init(place.current, undefined, { renderer: "canvas" });
      made.setOption({
        animation: false,
        backgroundColor: "transparent",
        textStyle: { fontFamily: "system-ui, sans-serif", color: colour("--text") },
        ...option,
      });
      if (onPick) made.on("click", ({ dataIndex, seriesIndex }) => onPick(dataIndex, seriesIndex ?? 0));
      chart.current = made;
      const observer = new ResizeObserver(() => made.resize());
      observer.observe(place.current);
      dispose = () => {
        observer.disconnect();
        made.dispose();
      };
    });
    return () => {
      gone = true;
      dispose();
    };
  }, [option, current]);
  const asPicture = () => {
    const address = chart.current?.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: colour("--card") });
    if (address !== undefined) void saveAddress(`${name}.png`, address);
  };
  return (
    <figure style="margin:0" class="stack">
      <div ref={place} class="chart" style={{ height: `${height}px` }} role="img" aria-label={label} />
      <div class="row no-print">
        <button type="button" class="link small" onClick={asPicture}>
          save as PNG
        </button>
      </div>
    </figure>
  );
}

export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Tooltips in the page's colours. */
export const tooltip = (more: object = {}) => ({
  confine: true,
  backgroundColor: colour("--card"),
  borderColor: colour("--line"),
  textStyle: { color: colour("--text") },
  ...more,
});

/** Axes that stay in the background. */
export const axis = (name: string, more: object = {}) => ({
  name,
  nameTextStyle: { color: colour("--muted") },
  axisLabel: { color: colour("--muted") },
  axisLine: { lineStyle: { color: colour("--line") } },
  splitLine: { lineStyle: { color: colour("--line") } },
  ...more,
});

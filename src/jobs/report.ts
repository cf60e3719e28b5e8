/** Predictions with their analysis, as one file to send. */
import { type Ceilings, ceilingsOf, groupsBy, kernelRows } from "../analysis/index.js";
import { type BadFile, groupBy, isBad, LitepredError, packageVersion, shortened } from "../base/index.js";
import type { Graph } from "../graph/index.js";
import type { PlatformPredictor } from "../predictors/index.js";
import {
  modelExplorerData,
  type ReportData,
  type ReportedPlatform,
  type ReportFormat,
  reportCsv,
  reportHtml,
  reportMarkdown,
  reportTrace,
} from "../reports/index.js";
import { askEach, type NamedGraph, type PredictRequest, readFiles, type Subject } from "../workspace/index.js";

export interface FoundReport {
  readonly data: ReportData;
  /** Files that could not be used, as rows of the report too. */
  readonly bad: readonly BadFile[];
}

export async function reportModels(request: PredictRequest): Promise<FoundReport> {
  const read = readFiles(request);
  const ceilings = new Map<PlatformPredictor, Promise<Ceilings>>();
  const rows = await askEach(request, read, async (subject) => {
    const { predictor } = subject;
    const known = ceilings.get(predictor) ?? ceilingsOf(predictor);
    ceilings.set(predictor, known);
    return reportOne(subject, request.level, await known);
  });
  const bad = rows.filter((row) => isBad(row));
  const found = groupBy(
    rows.filter((row): row is Reported => !isBad(row)),
    ({ model }) => model,
  );
  const models = read.filter((file): file is NamedGraph => !isBad(file));
  const data: ReportData = {
    date: new Date().toISOString(),
    litepred: packageVersion(),
    models: models.map(({ model, graph }) => ({
      model,
      inputs: inputsOf(graph),
      platforms: found
        .get(model)!
        .map(({ reported }) => reported)
        .sort((a, b) => a.latencyMs - b.latencyMs),
    })),
    failed: bad.map(({ model, failed }) => ({ model, failed })),
  };
  return { data, bad };
}

interface Reported {
  readonly model: string;
  readonly reported: ReportedPlatform;
}

async function reportOne({ model, platform, graph, predictor }: Subject, level: number, ceilings: Ceilings) {
  const { kernels: _, ...prediction } = await predictor.predict(graph, level);
  const rows = kernelRows({ ...prediction, kernels: _ }, ceilings);
  const outputsOf = new Map(graph.nodes.map((node) => [node.name, node.outputs]));
  const reported: ReportedPlatform = {
    platform,
    ...prediction,
    unpredicted: prediction.unpredicted.map(({ node, ...rest }) => ({ ...rest, node: named(node) })),
    networks: predictor.correction.models,
    heldOut: predictor.correction.heldOut,
    ceilings,
    kernels: rows.map(({ name, nodes, ...row }) => ({
      ...row,
      name: named(name),
      nodes: nodes.map(named),
      outputs: (outputsOf.get(nodes[0] ?? "") ?? []).map(named),
    })),
    types: groupsBy(rows, ({ type }) => type),
    bounds: groupsBy(rows, ({ bound }) => bound),
  };
  return { model, reported };
}

/** A report says names many times over: of ten million characters a page had 170 MB. No exporter writes one so long. Choice. */
const longestName = 500;
const named = (name: string) => shortened(name, longestName);

const inputsOf = ({ inputs, tensors }: Graph) =>
  inputs.map((name) => ({ name: named(name), shape: tensors.get(name)?.shape ?? [] }));

/** @throws LitepredError `bad-usage` for a format that has room for one prediction only, and more of them */
export function renderReport(data: ReportData, format: ReportFormat): string {
  switch (format) {
    case "html":
      return reportHtml(data);
    case "json":
      return `${JSON.stringify(data, null, 1)}\n`;
    case "csv":
      return reportCsv(data);
    case "md":
      return reportMarkdown(data);
    case "trace":
      return reportTrace(data);
    case "model-explorer":
      return modelExplorerData(onlyOne(data));
    default:
      return format satisfies never;
  }
}

function onlyOne({ models }: ReportData): ReportedPlatform {
  const platforms = models.flatMap((model) => model.platforms);
  if (platforms.length === 1) return platforms[0]!;
  throw new LitepredError(
    "bad-usage",
    `Model Explorer shows one prediction, these are ${platforms.length}`,
    "give one model and one --platform",
  );
}

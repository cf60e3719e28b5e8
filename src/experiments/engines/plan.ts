/** Which platforms and models the table of engines is made of. */
import { agentEngineNames, installedEngineVersion, installedVersions, readRecipe } from "../../engines/index.js";
import { type Network, sequenceOfNetworks } from "../../sampling/index.js";
import { buildExampleModel, exampleModelNames, nasSpaceNames, zooSpaceNames } from "../../spaces/index.js";

/** Of the networks that are drawn. */
export const seed = 4;
/** Far behind the networks that predictors are fitted on. */
const skip = 5000;

/** Every engine, version and precision that is installed in the workspace, as local platforms. */
export async function installedPlatforms(home: string): Promise<string[]> {
  const ofAgents = agentEngineNames.flatMap((name) => {
    const recipe = readRecipe(name);
    return installedVersions(recipe, home).flatMap((version) =>
      (version.precisions ?? recipe.precisions).map((precision) => `local/cpu/${name}@${version.version}/${precision}`),
    );
  });
  const own = await installedEngineVersion("onnxruntime-node", { home });
  return [...(own ? ["fp32", "int8"].map((precision) => `local/cpu/onnxruntime-node/${precision}`) : []), ...ofAgents];
}

/** Well-known models, then networks of the published spaces and of the zoo in turn. */
export async function testModels(count: number): Promise<Network[]> {
  const known = exampleModelNames
    .slice(0, count)
    .map((name) => ({ name, space: "examples", graph: buildExampleModel(name) }));
  const more = Math.max(0, count - known.length);
  const drawn = await Promise.all([
    sequenceOfNetworks(Math.ceil(more / 2), seed, { spaces: nasSpaceNames, skip }),
    sequenceOfNetworks(Math.floor(more / 2), seed, { spaces: zooSpaceNames, skip }),
  ]);
  return [...known, ...drawn.flat()];
}

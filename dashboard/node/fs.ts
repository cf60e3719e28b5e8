/** The only files that the shared code asks for in a browser: the rules of fusion, put into the bundle by its builder. */
import { packageFiles } from "virtual:package-files";

/** Names in a folder of the package. */
export const readdirSync = (folder: string): string[] =>
  Object.keys(packageFiles)
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => path.slice(folder.length + 1));

export function readFileSync(path: string): string {
  const text = packageFiles[path];
  if (text === undefined) throw new Error(`internal: there is no file ${path} in a browser`);
  return text;
}

export const existsSync = (path: string): boolean => path in packageFiles;

const refused = () => {
  throw new Error("internal: nothing is written in a browser");
};
export const writeFileSync = refused;
export const mkdirSync = refused;
export const renameSync = refused;
export const realpathSync = refused;
export const statSync = refused;
export const rmSync = refused;

import { linkTo, route } from "./route.js";
import { openFile } from "./state.js";

/** One file is shown; several are compared. */
export async function openFiles(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  const keys: string[] = [];
  for (const file of files) keys.push(await openFile(file));
  const { view, params } = route.value;
  const first = keys[0]!;
  if (keys.length > 1 || view === "compare")
    location.hash = linkTo("compare", { ms: [...new Set([...(params.ms?.split("|") ?? []), ...keys])].join("|") });
  else location.hash = linkTo("model", { m: first, p: params.p, tab: params.tab });
}

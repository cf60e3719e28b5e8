/** Where one is, kept in the address behind the #, so that every view has a link. */
import { signal } from "@preact/signals";

export type View = "model" | "compare" | "pool" | "live";

export interface Route {
  readonly view: View;
  readonly params: Readonly<Record<string, string>>;
}

const views: readonly string[] = ["model", "compare", "pool", "live"] satisfies View[];

function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return {
    view: views.includes(path) ? (path as View) : "model",
    params: Object.fromEntries(new URLSearchParams(query)),
  };
}

export const route = signal<Route>(parse(location.hash));
addEventListener("hashchange", () => {
  route.value = parse(location.hash);
});

export function linkTo(view: View, params: Readonly<Record<string, string | undefined>> = {}): string {
  const known = Object.entries(params).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
  );
  const query = new URLSearchParams(known).toString();
  return query === "" ? `#/${view}` : `#/${view}?${query}`;
}

/** Changes parameters of the view that is shown; `undefined` takes one away. Leaves no entry in the history where `replace`. */
export function setParams(changes: Readonly<Record<string, string | undefined>>, replace = false): void {
  const address = linkTo(route.value.view, { ...route.value.params, ...changes });
  if (!replace) location.hash = address;
  else {
    history.replaceState(null, "", address);
    route.value = parse(address);
  }
}

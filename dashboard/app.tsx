/** The frame: where one can go, files dropped anywhere, and the view that the address names. */
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { openFiles } from "./open-files.js";
import { linkTo, route, type View } from "./route.js";
import { loadPool, opened } from "./state.js";
import { theme, toggleTheme } from "./theme.js";
import { CompareView } from "./views/compare.js";
import { LiveView } from "./views/live.js";
import { ModelView } from "./views/model.js";
import { PoolView } from "./views/pool.js";

const views: readonly { readonly id: View; readonly title: string }[] = [
  { id: "model", title: "Model" },
  { id: "compare", title: "Compare" },
  { id: "pool", title: "Pool" },
  { id: "live", title: "Jobs" },
];

function App() {
  useEffect(() => acceptDrops(), []);
  const { view, params } = route.value;
  return (
    <>
      <header class="top">
        <a class="brand" href="#/model">
          litepred
        </a>
        <nav aria-label="views">
          {views.map(({ id, title }) => (
            <a
              key={id}
              href={linkTo(
                id,
                id === "model"
                  ? { m: params.m, p: params.p }
                  : id === "compare"
                    ? { ms: [...opened.value.keys()].join("|") }
                    : {},
              )}
              aria-current={id === view ? "page" : undefined}
            >
              {title}
            </a>
          ))}
        </nav>
        <button
          type="button"
          onClick={toggleTheme}
          aria-label={`switch to ${theme.value === "dark" ? "light" : "dark"} colours`}
        >
          {theme.value === "dark" ? "Light" : "Dark"}
        </button>
      </header>
      <main>
        {view === "model" ? <ModelView /> : null}
        {view === "compare" ? <CompareView /> : null}
        {view === "pool" ? <PoolView /> : null}
        {view === "live" ? <LiveView /> : null}
      </main>
    </>
  );
}

function acceptDrops(): () => void {
  const over = (event: DragEvent) => {
    event.preventDefault();
    document.body.classList.add("dragging");
  };
  const leave = () => document.body.classList.remove("dragging");
  const drop = (event: DragEvent) => {
    event.preventDefault();
    leave();
    void openFiles([...(event.dataTransfer?.files ?? [])]);
  };
  addEventListener("dragover", over);
  addEventListener("dragleave", leave);
  addEventListener("drop", drop);
  return () => {
    removeEventListener("dragover", over);
    removeEventListener("dragleave", leave);
    removeEventListener("drop", drop);
  };
}

render(<App />, document.getElementById("app")!);
void loadPool();

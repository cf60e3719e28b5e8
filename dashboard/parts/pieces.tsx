/** Small pieces that several views show. */
import type { ComponentChildren } from "preact";
import type { Later } from "../state.js";
import { platformParts } from "./format.js";

export function Failure({ error }: { error: { message: string; hint?: string } }) {
  return (
    <p class="notice error" role="alert">
      {error.message}
      {error.hint ? <span class="muted"> — {error.hint}</span> : null}
    </p>
  );
}

/** The value once it is there; until then `waiting`. */
export function Await<T>({
  of,
  waiting,
  children,
}: {
  of: Later<T>;
  waiting?: string;
  children: (value: T) => ComponentChildren;
}) {
  if (of === undefined) return <p class="muted">{waiting ?? "computing…"}</p>;
  return "error" in of ? <Failure error={of.error} /> : children(of.value);
}

export function PlatformName({ id }: { id: string }) {
  const { engine, device } = platformParts(id);
  return (
    <span class="platform-name" title={id}>
      <b>{engine}</b>
      <span class="muted small">{device}</span>
    </span>
  );
}

export interface TabsProps<T extends string> {
  readonly label: string;
  readonly tabs: readonly { readonly id: T; readonly title: string }[];
  readonly chosen: T;
  choose(id: T): void;
}

/** Tabs by the pattern that screen readers know: arrows move, one stop for the tab key. */
export function Tabs<T extends string>({ label, tabs, chosen, choose }: TabsProps<T>) {
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const at = tabs.findIndex(({ id }) => id === chosen);
    const next = tabs[(at + step + tabs.length) % tabs.length]!;
    choose(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(({ id, title }) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          aria-selected={id === chosen}
          aria-controls="panel"
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => choose(id)}
        >
          {title}
        </button>
      ))}
    </div>
  );
}

export function PlatformSelect({
  label,
  value,
  ids,
  choose,
}: {
  label: string;
  value: string | undefined;
  ids: readonly string[];
  choose(id: string): void;
}) {
  return (
    <label class="field">
      {label}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {ids.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
}

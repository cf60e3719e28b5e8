export function GraphTab(_: Record<string, unknown>) { return <p>…</p>; }

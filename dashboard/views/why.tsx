export function WhyTab(_: Record<string, unknown>) { return <p>…</p>; }

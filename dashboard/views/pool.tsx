export function PoolView() { return <p>…</p>; }

export function LiveView() { return <p>…</p>; }

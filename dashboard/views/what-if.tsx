export function WhatIfTab(_: Record<string, unknown>) { return <p>…</p>; }

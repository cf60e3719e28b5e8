/** The style of a report; colours of the bounds can be told apart by the colour-blind (Okabe and Ito). */
import { Html } from "./html-template.js";

export const reportStyle = new Html(`
:root{color-scheme:light dark;--ground:#fff;--card:#f6f7f9;--ink:#1c2430;--quiet:#5c6675;--line:#dde2e8;--accent:#00795f;--compute:#0072b2;--memory:#d55e00;--overhead:#7a7f87}
@media (prefers-color-scheme:dark){:root{--ground:#14181d;--card:#1c2229;--ink:#e4e8ee;--quiet:#9aa5b3;--line:#323b46;--accent:#3cc6a0;--compute:#56b4e9;--memory:#e69f00;--overhead:#a0a7b1}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:24px 20px 60px;background:var(--ground);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:26px;margin:0}h2{font-size:20px;margin:36px 0 4px;overflow-wrap:anywhere}h4{font-size:13px;margin:18px 0 6px;color:var(--quiet);font-weight:600}
p{margin:6px 0 12px}.quiet{color:var(--quiet);font-weight:400;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:13.5px}th,td{padding:4px 8px;text-align:left;border-bottom:1px solid var(--line);vertical-align:middle;white-space:nowrap}
thead th{color:var(--quiet);font-weight:600;font-size:12px}tbody th{font-weight:500}
.number{text-align:right}.wide{width:34%;min-width:120px}.small{width:90px}.id{font-size:13px}
.name{white-space:normal;overflow-wrap:anywhere;min-width:170px}
.scroll{overflow-x:auto}
.track{position:relative;display:block;height:12px}.range{position:absolute;top:3px;height:6px;border-radius:3px;background:var(--accent);opacity:.35}.dot{position:absolute;top:0;width:4px;height:12px;margin-left:-2px;border-radius:2px;background:var(--accent)}
.bar{display:block;height:10px;min-width:1px;border-radius:2px;background:var(--accent)}
details{margin:14px 0;padding:10px 14px;border:1px solid var(--line);border-radius:8px;background:var(--card)}details details{background:var(--ground)}
summary{cursor:pointer;overflow-wrap:anywhere}.figure{font-weight:600;margin:0 6px;white-space:nowrap}
.pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:24px;align-items:start}
.bars td,.bars th{border:0;padding:2px 6px}
.stack{display:flex;height:16px;border-radius:4px;overflow:hidden;gap:1px}
.stack .compute,.key.compute{background:var(--compute)}.stack .memory,.key.memory{background:var(--memory)}.stack .overhead,.key.overhead{background:var(--overhead)}
.keys{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:6px 0;padding:0;font-size:13px}.key{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
.mark{font-size:11px;padding:0 5px;border:1px solid var(--memory);border-radius:8px;color:var(--memory);white-space:nowrap}
.warning{border-color:var(--memory)}code{font-size:12.5px;overflow-wrap:anywhere}
figure{margin:0}figcaption{font-size:12.5px;color:var(--quiet)}svg{width:100%;height:auto;display:block}
svg .grid{stroke:var(--line);stroke-width:1;fill:none}svg .roof{stroke:var(--ink);stroke-width:2;fill:none}svg .tick{fill:var(--quiet);font-size:11px}
svg circle{fill-opacity:.55;stroke-width:1}svg .compute{fill:var(--compute);stroke:var(--compute)}svg .memory{fill:var(--memory);stroke:var(--memory)}svg .overhead{fill:var(--overhead);stroke:var(--overhead)}
footer{margin-top:40px;font-size:13.5px}dt{font-weight:600;margin-top:8px}dd{margin:0;color:var(--quiet)}
@media (max-width:760px){.pair{grid-template-columns:minmax(0,1fr)}body{padding:14px 12px 40px}details{padding:8px}}
@media print{thead th,.id,h4,.keys,figcaption{font-size:10px}:root{color-scheme:light;--ground:#fff;--card:#fff;--ink:#000;--quiet:#444;--line:#bbb;--accent:#00795f;--compute:#0072b2;--memory:#d55e00;--overhead:#7a7f87}body{max-width:none;padding:0;font-size:11px}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.scroll{overflow:visible}table{font-size:10px}th,td{padding:2px 4px}tr,figure,.pair{break-inside:avoid}thead{display:table-header-group}}
`);

import assert from "node:assert/strict";
import { test } from "node:test";
import { csvCell, markdown, markup } from "./escape.js";
import { html } from "./html-template.js";

const hostile = `"><script>alert('x')</script>\u0000\u001b[31m\u202e|[a](javascript:x)`;

test("markup stays text, in attributes too; control and direction characters are shown", () => {
  const text = markup(hostile);
  for (const sign of ["<", ">", '"', "'", "\u0000", "\u001b", "\u202e"]) assert.ok(!text.includes(sign));
  assert.equal(
    html`<a title="${hostile}">${["<", html`<b>${"&"}</b>`]}</a>`.text,
    `<a title="${text}">&lt;<b>&amp;</b></a>`,
  );
});

test("Markdown stays text, in a table's cell too", () => {
  const text = markdown(hostile);
  assert.doesNotMatch(text, /(?<!\\)[|[\]]|<|\n/);
  assert.doesNotMatch(markdown("https://evil.example"), /:\/\//);
});

test("no cell of a CSV is a formula; numbers stay numbers", () => {
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1"])
    assert.match(csvCell(text), /^"?'|^"\uFFFD|^\uFFFD/, text);
  assert.equal(csvCell(-0.5), "-0.5");
  assert.equal(csvCell(Number.NaN), "");
  assert.equal(csvCell('a,"b"'), '"a,""b"""');
});

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hasHugePages, pagesEnvironment } from "./pages.js";

const settings = { processor: "cpu", precision: "fp32", options: {} } as const;

test("engines on the CPU take their memory in large pages, unless the platform says otherwise", () => {
  assert.match(pagesEnvironment(settings, undefined).GLIBC_TUNABLES!, /^glibc\.malloc\.hugetlb=1:/);
  assert.deepEqual(pagesEnvironment({ ...settings, options: { pages: "system" } }, undefined), {});
  assert.deepEqual(pagesEnvironment({ ...settings, processor: "gpu" }, undefined), {});
});

test("what the user has set comes last, where it counts", () => {
  const own = "glibc.malloc.top_pad=0";
  assert.ok(pagesEnvironment(settings, own).GLIBC_TUNABLES!.endsWith(`:${own}`));
});

test("a system that never gives large pages is known by its own setting", () => {
  const path = join(mkdtempSync(join(tmpdir(), "litepred-pages-")), "enabled");
  assert.equal(hasHugePages(path), false);
  writeFileSync(path, "always [madvise] never\n");
  assert.equal(hasHugePages(path), true);
  writeFileSync(path, "always madvise [never]\n");
  assert.equal(hasHugePages(path), false);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { configKey, validateConfig } from "../kernels/index.js";
import { rareTypes, typicalConfigs } from "./typical.js";

test("typical configs are valid, distinct, and the same for the same seed", () => {
  for (const type of rareTypes) {
    const configs = typicalConfigs(type, 12, 1);
    assert.ok(configs.length >= 12, type);
    for (const config of configs) assert.equal(validateConfig(type, config), undefined, type);
    assert.equal(new Set(configs.map((config) => configKey(type, config))).size, configs.length, type);
  }
  assert.deepEqual(typicalConfigs("conv-quantised", 5, 3), typicalConfigs("conv-quantised", 5, 3));
});

test("windows are those that models have, images mostly square, and every choice turns up", () => {
  const configs = typicalConfigs("conv-quantised", 60, 1);
  assert.ok(configs.every(({ kernelH }) => [1, 3, 5, 7].includes(Number(kernelH))));
  assert.ok(configs.filter(({ h, w }) => h === w).length > 30);
  assert.deepEqual([...new Set(configs.map(({ signs }) => signs))].sort(), ["s8s8", "u8s8", "u8u8"]);
});

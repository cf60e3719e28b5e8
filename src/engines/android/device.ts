/** A phone as the device that measurements are taken on: its conditions on record, and waiting until it is cool. */
import { setTimeout as sleep } from "node:timers/promises";
import type { DeviceState } from "../contract.js";
import type { PhoneSession } from "./session.js";
import type { PhoneState } from "./state.js";

/** Above these, Celsius, the phone is waited for. */
export interface Gate {
  readonly cpuCelsius: number;
  readonly batteryCelsius: number;
  /** Longest wait; measuring then goes on, with the temperature on record. */
  readonly waitMs: number;
}

/**
 * Phones throttle their cores from about 70 °C on and charge slower from a battery of 45 °C on; vendors differ. Choice:
 * some degrees below. `LITEPRED_ANDROID_CPU_CELSIUS`, `…_BATTERY_CELSIUS` and `…_COOLING_S` change it.
 */
export function gateOf(env: NodeJS.ProcessEnv = process.env): Gate {
  const value = (name: string, fallback: number) => {
    const given = Number(env[`LITEPRED_ANDROID_${name}`] ?? Number.NaN);
    return Number.isFinite(given) ? given : fallback;
  };
  return {
    cpuCelsius: value("CPU_CELSIUS", 60),
    batteryCelsius: value("BATTERY_CELSIUS", 40),
    waitMs: value("COOLING_S", 300) * 1000,
  };
}

export const tooHot = (state: PhoneState, gate: Gate): boolean =>
  (state.cpuCelsius ?? 0) > gate.cpuCelsius || (state.batteryCelsius ?? 0) > gate.batteryCelsius;

export function phoneDevice(session: PhoneSession, gate: Gate): DeviceState {
  const { facts, cores } = session;
  return {
    async conditions() {
      const state = await session.state();
      return {
        cpu: [facts.model, facts.soc].filter(Boolean).join(", "),
        cores: facts.cores.length,
        loadBefore: state.load ?? 0,
        loadAfter: state.load ?? 0,
        governor: state.governor,
        pinnedCore: cores[0],
        temperature: state.cpuCelsius,
        batteryTemperature: state.batteryCelsius,
        frequencyMhz: state.frequencyMhz,
      };
    },
    async settle(signal) {
      const until = performance.now() + gate.waitMs;
      while (!signal?.aborted && performance.now() < until && tooHot(await session.state(), gate))
        await sleep(Math.min(5000, gate.waitMs));
    },
  };
}

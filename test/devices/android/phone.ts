/**
 * A stand-in for a phone: a folder with the files that matter, a shell that really runs, and the daemon's side of adb's
 * protocol on a TCP port, so that the real adb server connects to it. It can be unplugged, plugged in again and heated.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { serve } from "./services.js";
import { speak } from "./wire.js";

export interface PhoneOptions {
  readonly model?: string;
  readonly authorized?: boolean;
  /** Old phones have neither exit codes nor a stderr of their own. */
  readonly shellV2?: boolean;
  /** Whether the shell may set the clock. */
  readonly sysWritable?: boolean;
}

export interface Phone {
  /** As adb lists it. */
  readonly serial: string;
  readonly root: string;
  /** Contents of a file on it. */
  read(path: string): string;
  write(path: string, text: string): void;
  /** Lines that the stand-ins of the tools have left. */
  log(): string[];
  unplug(): Promise<void>;
  /** On the same port; the adb server has to connect again. */
  plugIn(): Promise<void>;
  close(): Promise<void>;
}

/** Two little and two big cores, and one prime: kHz. */
const clocks = [1803000, 1803000, 2253000, 2253000, 2802000];

export async function startPhone(options: PhoneOptions = {}): Promise<Phone> {
  const { model = "Pixel 6", authorized = true, shellV2 = true, sysWritable = false } = options;
  const root = mkdtempSync(join(tmpdir(), "phone-"));
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), mode);
  };
  furnish(write, model);
  const features = shellV2 ? "shell_v2,cmd,stat_v2" : "cmd";
  const banner = `device::ro.product.name=oriole;ro.product.model=${model};ro.product.device=oriole;features=${features}`;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    speak(socket, { banner, authorized, serve: (stream) => serve(stream, { root, sysWritable }) });
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const unplug = async () => {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  return {
    serial: `127.0.0.1:${port}`,
    root,
    read,
    write,
    log: () => read("log").split("\n").filter(Boolean),
    unplug,
    plugIn: () => listen(port),
    async close() {
      await unplug();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function furnish(write: (path: string, text: string, mode?: number) => void, model: string): void {
  const properties = {
    "ro.product.model": model,
    "ro.product.cpu.abi": "arm64-v8a",
    "ro.build.version.release": "13",
    "ro.soc.model": "Tensor",
    "ro.board.platform": "gs101",
  };
  const cases = Object.entries(properties).map(([name, value]) => `${name}) echo "${value}";;`);
  write("bin/getprop", `#!/bin/sh\ncase $1 in\n${cases.join("\n")}\nesac\n`, 0o755);
  write("bin/taskset", '#!/bin/sh\necho "taskset $1" >> $PHONE/log\nshift\nexec "$@"\n', 0o755);
  write("bin/su", "#!/bin/sh\necho su: not found >&2\nexit 127\n", 0o755);
  write("bin/dumpsys", '#!/bin/sh\n[ "$1" = battery ] && cat $PHONE/battery\n', 0o755);
  write("battery", "Current Battery Service state:\n  level: 83\n  temperature: 291\n  technology: Li-ion\n");
  write("log", "");
  write(
    "proc/cpuinfo",
    "processor\t: 0\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp\n",
  );
  write("proc/loadavg", "0.42 0.40 0.38 1/900 4242\n");
  write("sys/class/thermal/thermal_zone0/type", "BIG\n");
  write("sys/class/thermal/thermal_zone0/temp", "41500\n");
  write("sys/class/thermal/thermal_zone1/type", "LITTLE\n");
  write("sys/class/thermal/thermal_zone1/temp", "38200\n");
  write("sys/class/thermal/thermal_zone2/type", "battery\n");
  write("sys/class/thermal/thermal_zone2/temp", "99000\n");
  for (const [core, khz] of clocks.entries()) {
    const folder = `sys/devices/system/cpu/cpu${core}/cpufreq`;
    write(`${folder}/cpuinfo_max_freq`, `${khz}\n`);
    write(`${folder}/scaling_cur_freq`, `${khz}\n`);
    write(`${folder}/scaling_min_freq`, "300000\n");
    write(`${folder}/scaling_max_freq`, `${khz}\n`);
    write(`${folder}/scaling_available_frequencies`, `300000 1197000 ${khz}\n`);
    write(`${folder}/scaling_governor`, "sched_pixel\n");
  }
}

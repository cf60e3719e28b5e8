/** Preloaded (node --import): writes the most memory that the process held into the file that PEAK_FILE names. */
import { appendFileSync } from "node:fs";

process.on("exit", () => appendFileSync(process.env.PEAK_FILE!, `${process.resourceUsage().maxRSS}\n`));

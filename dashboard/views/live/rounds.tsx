/** An adaptation round by round: how sure it is, and what each kernel type leans on. */
import { percent, platformParts } from "../../parts/format.js";
import type { Round } from "./told.js";

export function RoundsSection({ rounds }: { rounds: readonly Round[] }) {
  const last = rounds.at(-1);
  if (last === undefined) return null;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="rounds">
        <table class="small">
          <thead>
            <tr>
              {["round", "kernels measured", "within ±5 %", "within ±10 %", "±10 % with twice as many"].map((title) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rounds.map(({ round, measurementsUsed, within5, within10, within10AtDouble }) => (
              <tr key={round}>
                <td class="number">{round}</td>
                <td class="number">{measurementsUsed}</td>
                <td class="number">{percent(within5)}</td>
                <td class="number">{percent(within10)}</td>
                <td class="number">{within10AtDouble === undefined ? "–" : percent(within10AtDouble)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details>
        <summary>sources by kernel type, after round {last.round}</summary>
        <div class="scroll tall" style="max-height:280px" tabIndex={0} role="region" aria-label="sources">
          <table class="small">
            <thead>
              <tr>
                <th scope="col">kernel type</th>
                <th scope="col" class="number">
                  measured
                </th>
                <th scope="col">leans on, most weight first</th>
              </tr>
            </thead>
            <tbody>
              {(last.kernels ?? []).map(({ type, measured, failed, donors }) => (
                <tr key={type}>
                  <td>{type}</td>
                  <td class="number">
                    {measured}
                    {failed > 0 ? `, ${failed} failed` : ""}
                  </td>
                  <td>{donors.map((id) => platformParts(id).engine).join(", ") || "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </>
  );
}

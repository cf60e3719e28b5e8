/** Jobs of the server behind the page, as they run: a model measured, a new platform brought in. */
import { useState } from "preact/hooks";
import { Await } from "../parts/pieces.js";
import { useLater } from "../parts/use-later.js";
import { route, setParams } from "../route.js";
import { Follow } from "./live/follow.js";
import { AdaptForm, MeasureForm, SearchForm } from "./live/forms.js";
import { ask, type Job } from "./live/jobs.js";

export function LiveView() {
  const [changes, setChanges] = useState(0);
  const jobs = useLater(() => ask<Job[]>("api/jobs"), [changes]);
  const { job } = route.value.params;
  const refresh = () => setChanges((n) => n + 1);
  const started = (id: string) => {
    refresh();
    setParams({ job: id });
  };
  if (jobs && "error" in jobs)
    return (
      <>
        <h1>Jobs</h1>
        <p class="notice">
          This page has no program behind it that could measure. Run <code>litepred serve</code> on the machine that is
          to be measured.
        </p>
      </>
    );
  return (
    <>
      <h1>Jobs on the server's machine</h1>
      <div class="forms">
        <MeasureForm started={started} />
        <AdaptForm started={started} />
        <SearchForm started={started} />
      </div>
      {job === undefined ? null : <Follow key={job} id={job} of={nameOf(jobs?.value, job)} ended={refresh} />}
      <section class="card" aria-labelledby="jobs-title">
        <h2 id="jobs-title">Earlier and now</h2>
        <Await of={jobs}>
          {(all) =>
            all.length === 0 ? (
              <p class="muted">none yet</p>
            ) : (
              <ul>
                {[...all].reverse().map(({ id, kind, platform, state, started }) => (
                  <li key={id}>
                    <button type="button" class="link" onClick={() => setParams({ job: id })}>
                      {kind}
                    </button>{" "}
                    {platform}, {state}, {new Date(started).toLocaleString()}
                  </li>
                ))}
              </ul>
            )
          }
        </Await>
      </section>
    </>
  );
}

const nameOf = (jobs: readonly Job[] | undefined, id: string) => {
  const job = jobs?.find((one) => one.id === id);
  return job === undefined ? "" : `${job.kind} ${job.platform}:`;
};

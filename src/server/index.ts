/**
 * The page and what the command line does, over HTTP. In: a workspace, folders of predictors, models to offer. Out: an application that
 * answers requests, a server that listens, or the page as static files. Shared code answers; a route is a few lines.
 * May import jobs, pool, analysis, measurements, readers, base.
 */
export * from "./app.js";
export * from "./listen.js";
export * from "./site.js";

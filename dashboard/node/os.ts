/** A browser tells nothing of its processors that a platform's name could be made of. */
export const cpus = (): { model: string }[] => [];
/** Nothing is written in a browser, so nothing is named by who writes it. */
export const hostname = (): string => "browser";
/** A page predicts; it fits nothing. */
export const availableParallelism = (): number => 1;

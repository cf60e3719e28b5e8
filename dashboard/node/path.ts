/** Paths of package files in a browser: the package's root is the empty path. */
export const join = (...parts: string[]): string => parts.filter((part) => part !== "").join("/");
export const dirname = (_path: string): string => "";
export const basename = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
export const fileURLToPath = (_url: string): string => "";

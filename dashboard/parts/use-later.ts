import { useEffect, useState } from "preact/hooks";
import { type Later, later } from "../state.js";

/** What a promise made of `dependencies` comes to; undefined until then, and not again for one that was overtaken. */
export function useLater<T>(ask: () => Promise<T> | undefined, dependencies: readonly unknown[]): Later<T> {
  const [known, setKnown] = useState<{ key: string; answer: Later<T> }>();
  const key = JSON.stringify(dependencies);
  useEffect(() => {
    let overtaken = false;
    const asked = ask();
    if (asked !== undefined)
      later(asked).then((answer) => {
        if (!overtaken) setKnown({ key, answer });
      });
    return () => {
      overtaken = true;
    };
  }, [key]);
  return known?.key === key ? known.answer : undefined;
}

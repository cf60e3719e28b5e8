/** HTML by a template that escapes whatever is put into it, unless it is HTML already. */
import { markup } from "./escape.js";

export class Html {
  constructor(readonly text: string) {}
}

type Piece = Html | string | number | readonly (Html | string | number)[] | undefined;

export const html = (parts: TemplateStringsArray, ...pieces: readonly Piece[]): Html =>
  new Html(parts.reduce((text, part, i) => text + textOf(pieces[i - 1]) + part));

function textOf(piece: Piece): string {
  if (piece === undefined) return "";
  if (piece instanceof Html) return piece.text;
  if (typeof piece === "object") return piece.map(textOf).join("");
  return markup(String(piece));
}

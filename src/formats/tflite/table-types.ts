/** TypeScript types of the tables in schema.ts: what the codec takes and gives. */
import type { builtinOptions, tables } from "./schema.js";

export type TableName = keyof typeof tables;
export type OptionsName = keyof typeof builtinOptions;

/** A table as a plain object; absent fields have their default. */
export type Table<Name extends TableName> = {
  readonly [Field in keyof (typeof tables)[Name]]?: ValueOf<KindOf<(typeof tables)[Name][Field]>>;
};

/** An operator's options with the name of their table. */
export type Options = { [Name in OptionsName]: { readonly table: Name } & Table<Name> }[OptionsName];

type KindOf<Entry> = Entry extends readonly [number, infer Kind, ...unknown[]] ? Kind : never;
type ValueOf<Kind> = Kind extends "bool"
  ? boolean
  : Kind extends "string"
    ? string
    : Kind extends "union"
      ? Options
      : Kind extends "[ubyte]"
        ? Uint8Array
        : Kind extends `[${infer Item}]`
          ? Item extends TableName
            ? readonly Table<Item>[]
            : Item extends "bool"
              ? readonly boolean[]
              : readonly number[]
          : Kind extends TableName
            ? Table<Kind>
            : number;

export type TfliteModel = Table<"Model">;
export type TfliteSubgraph = Table<"SubGraph">;
export type TfliteTensor = Table<"Tensor">;
export type TfliteOperator = Table<"Operator">;

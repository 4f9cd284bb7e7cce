/** A cell: what is read, and what is sorted by. */
export interface Cell {
  text: string;
  by: string | number;
}

export interface Column {
  label: string;
  number?: boolean;
  /** Goes over lines. */
  long?: boolean;
  /** In the language of the texts, not of the window. */
  said?: boolean;
}

export interface Row {
  cells: Cell[];
  /** Where the row leads to. */
  target: number | null;
  quiet?: boolean;
}

export interface Sheet {
  columns: Column[];
  rows: Row[];
}

export type Direction = "ascending" | "descending";

/** Rows sorted by a column; those that are alike keep their order. */
export function sorted(rows: Row[], column: number, direction: Direction, language: string): Row[] {
  const order = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const sign = direction === "ascending" ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a.cells[column]?.by ?? "", b.cells[column]?.by ?? ""];
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    // What is not said stands last, whichever way.
    if (x === "" || y === "") return x === y ? 0 : x === "" ? 1 : -1;
    return sign * order.compare(String(x), String(y));
  });
}

// A table where there is room, cards where there is none; the same rows to a screen reader in both.
import { clsx } from "clsx";
import type { ReactNode } from "react";

export interface Column<T> {
  key: string;
  head: string;
  cell: (row: T) => ReactNode;
  /** Long names: they get the room that is left. */
  grow?: boolean;
  /** Numbers stand at the end. */
  end?: boolean;
  /** The head is spoken only: buttons need none. */
  quiet?: boolean;
  /** One button, which a card has room for in its corner. */
  corner?: boolean;
}

export interface DataTableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  foot?: readonly ReactNode[];
}

// Cards are made with CSS, which takes the meaning of a table away in some browsers unless it is said.
const is = {
  table: { role: "table" },
  group: { role: "rowgroup" },
  row: { role: "row" },
  head: { role: "columnheader" },
  side: { role: "rowheader" },
  cell: { role: "cell" },
} as const;

const cellClass =
  "px-4 py-2.5 align-middle @max-xl:flex @max-xl:items-center @max-xl:justify-between @max-xl:gap-4 @max-xl:py-1 @max-xl:before:shrink-0 @max-xl:before:text-muted @max-xl:before:content-[attr(data-label)]";
const firstClass =
  "px-4 py-2.5 text-start align-middle font-medium @max-xl:block @max-xl:pt-3 @max-xl:pb-1";

const cornerClass =
  "px-4 py-2.5 align-middle @max-xl:absolute @max-xl:end-2 @max-xl:top-1.5 @max-xl:p-0";

export function DataTable<T>({ label, columns, rows, keyOf, foot }: DataTableProps<T>) {
  return (
    <div className="overflow-x-auto rounded-card border border-line bg-surface">
      <table {...is.table} aria-label={label} className="w-full text-sm @max-xl:block">
        <thead {...is.group} className="@max-xl:sr-only">
          <tr {...is.row} className="border-line border-b">
            {columns.map((column) => (
              <th
                {...is.head}
                key={column.key}
                scope="col"
                className={clsx(
                  "px-4 py-2.5 font-medium text-muted text-xs",
                  column.end ? "text-end @xl:whitespace-nowrap" : "text-start",
                  column.grow && "w-1/2",
                )}
              >
                {column.quiet ? <span className="sr-only">{column.head}</span> : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...is.group} className="divide-y divide-line @max-xl:block">
          {rows.map((row) => (
            <tr
              {...is.row}
              key={keyOf(row)}
              className="@max-xl:relative @max-xl:block @max-xl:pb-2"
            >
              {columns.map((column, place) =>
                place === 0 ? (
                  <th {...is.side} key={column.key} scope="row" className={firstClass}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td
                    {...is.cell}
                    key={column.key}
                    data-label={column.quiet ? "" : column.head}
                    className={clsx(
                      column.corner ? cornerClass : cellClass,
                      column.end && "text-end @xl:whitespace-nowrap tabular-nums",
                    )}
                  >
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
        {foot ? (
          <tfoot {...is.group} className="@max-xl:block">
            <tr {...is.row} className="border-line border-t font-medium @max-xl:block @max-xl:pb-2">
              {columns.map((column, place) =>
                place === 0 ? (
                  <th {...is.side} key={column.key} scope="row" className={firstClass}>
                    {foot[place]}
                  </th>
                ) : (
                  <td
                    {...is.cell}
                    key={column.key}
                    data-label={column.head}
                    className={clsx(
                      cellClass,
                      column.end && "text-end @xl:whitespace-nowrap tabular-nums",
                    )}
                  >
                    {foot[place]}
                  </td>
                ),
              )}
            </tr>
          </tfoot>
        ) : null}
      </table>
    </div>
  );
}

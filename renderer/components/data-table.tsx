import type { ReactElement, ReactNode } from 'react';
import './data-table.css';

interface DataTableProps {
  /** Says what the region is that scrolls. */
  readonly label: string;
  /** Titles of the columns; null above what needs none, such as buttons. */
  readonly columns: readonly ReactNode[];
  /** Said below the titles where there is no row. */
  readonly empty?: string | null;
  readonly className?: string;
  /** Rows. */
  readonly children: ReactNode;
}

/** A table in a frame that scrolls, by keyboard too, with its titles on top. */
export function DataTable({ label, columns, empty, className = '', children }: DataTableProps): ReactElement {
  return (
    <div className={`table-frame surface ${className}`} role="region" aria-label={label} tabIndex={0}>
      <table className="data-table">
        <thead>
          <tr>
            {columns.map((title, index) =>
              title === null ? (
                <td key={index} />
              ) : (
                <th key={index} scope="col">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {(empty ?? null) !== null && <p className="table-empty">{empty}</p>}
    </div>
  );
}

interface TickProps {
  readonly name: string;
  readonly checked: boolean;
  /** Some of what it stands for is ticked, but not all. */
  readonly partly?: boolean;
  readonly onTick: (checked: boolean) => void;
}

/** A box that fills its cell. */
export function Tick({ name, checked, partly = false, onTick }: TickProps): ReactElement {
  return (
    <label className="tick">
      <input
        type="checkbox"
        aria-label={name}
        checked={checked}
        ref={(box) => {
          if (box !== null) box.indeterminate = partly;
        }}
        onChange={(event) => {
          onTick(event.currentTarget.checked);
        }}
      />
    </label>
  );
}

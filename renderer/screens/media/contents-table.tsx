import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactElement } from 'react';
import { formatBytes, sanitizeForDisplay } from '../../../core/base/display';
import type { ComparedPackage, PackageState } from '../../../core/contents/compare-contents';
import { useText } from '../../text';

/** A package as it is shown; its state is null where nothing was compared. */
export interface ContentsRow extends Pick<
  ComparedPackage,
  'id' | 'name' | 'version' | 'files' | 'bytes' | 'sha256'
> {
  readonly state: PackageState | null;
}

/** Pixels. A line has up to two lines of text. */
const rowHeight = 56;

/** Packages, a line each. Only the lines in view are in the page: a media file may have thousands. */
export function ContentsTable({ rows }: { readonly rows: readonly ContentsRow[] }): ReactElement {
  const text = useText().media.contents;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  return (
    <div className="contents" role="table" aria-label={text.title} aria-rowcount={rows.length + 1}>
      <div className="contents-row contents-head" role="row">
        {text.columns.map((column) => (
          <span key={column} role="columnheader">
            {column}
          </span>
        ))}
      </div>
      {/* What scrolls must be reached by keyboard. */}
      <div ref={box} className="contents-body" role="rowgroup" tabIndex={0} aria-label={text.title}>
        <div className="contents-all" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                key={row.id}
                className="contents-row"
                role="row"
                aria-rowindex={index + 2}
                style={{ transform: `translateY(${start}px)`, height: rowHeight }}
              >
                <span role="cell">
                  <span className="mono">{sanitizeForDisplay(row.id)}</span>
                  {row.name !== null && (
                    <span className="soft contents-name">
                      {sanitizeForDisplay([row.name, row.version].filter((one) => one !== null).join(' '))}
                    </span>
                  )}
                </span>
                <span role="cell">
                  {row.bytes === null ? text.notThere : text.size(formatBytes(row.bytes), row.files ?? 0)}
                </span>
                <span role="cell" data-state={row.state ?? undefined}>
                  {row.state === null ? (
                    <span className="mono small" title={row.sha256 ?? undefined}>
                      {row.sha256?.slice(0, 16)}…
                    </span>
                  ) : (
                    text.states[row.state]
                  )}
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

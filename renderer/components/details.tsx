import { Fragment, type ReactElement, type ReactNode } from 'react';

export interface Detail {
  readonly name: string;
  readonly value: ReactNode;
  /** A sentence: where details lie beside one another, it has a line of its own. */
  readonly wide?: boolean;
}

/** Names and values, one a line. */
export function DetailList({ details }: { readonly details: readonly Detail[] }): ReactElement {
  return (
    <dl className="detail-list">
      {details.map(({ name, value, wide }) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd data-wide={wide === true}>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

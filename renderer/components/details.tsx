import { Fragment, type ReactElement, type ReactNode } from 'react';

export interface Detail {
  readonly name: string;
  readonly value: ReactNode;
}

/** Names and values, one a line. */
export function DetailList({ details }: { readonly details: readonly Detail[] }): ReactElement {
  return (
    <dl className="detail-list">
      {details.map(({ name, value }) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

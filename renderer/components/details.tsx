import { Fragment, type ReactElement, type ReactNode } from 'react';

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
}

/** Names and values, one a line. */
export function DetailList({ details }: { readonly details: readonly Fact[] }): ReactElement {
  return (
    <dl className="facts">
      {details.map(({ name, value }) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

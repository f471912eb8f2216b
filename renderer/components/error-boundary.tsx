import { Button } from '@mantine/core';
import { Component, type ReactElement, type ReactNode } from 'react';
import type { ErrorData } from '../../core/base/errors';
import { errorOf } from '../actions';
import { useText } from '../text';
import { ErrorCard } from './error-card';

function Crashed({
  error,
  onAgain,
}: {
  readonly error: ErrorData;
  readonly onAgain: () => void;
}): ReactElement {
  const text = useText().common;
  return (
    <section className="stack crashed">
      <h1 className="screen-title">{text.crashed}</h1>
      <p>{text.crashedHint}</p>
      <ErrorCard error={error}>
        <Button onClick={onAgain}>{text.openAgain}</Button>
      </ErrorCard>
    </section>
  );
}

interface Caught {
  readonly error: ErrorData | null;
}

/** Keeps a bug in one screen from taking the page, and with it the sight of the rack. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, Caught> {
  override state: Caught = { error: null };

  static getDerivedStateFromError(thrown: unknown): Caught {
    return { error: errorOf(thrown) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <Crashed
        error={error}
        onAgain={() => {
          this.setState({ error: null });
        }}
      />
    );
  }
}

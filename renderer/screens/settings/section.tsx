import type { ReactElement, ReactNode } from 'react';

interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly intro?: string;
  readonly children: ReactNode;
}

/** A part of the settings. */
export function Section({ id, title, intro, children }: SectionProps): ReactElement {
  return (
    <section className="settings-card" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} tabIndex={-1}>
        {title}
      </h2>
      {intro !== undefined && <p className="soft settings-intro">{intro}</p>}
      {children}
    </section>
  );
}

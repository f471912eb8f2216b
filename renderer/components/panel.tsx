import { useId, type ReactElement, type ReactNode } from 'react';
import './panel.css';

interface PanelProps {
  /** Of the element, where something leads here; the title's is this with `-title`. */
  readonly id?: string;
  readonly title: string;
  /** What the part is for. */
  readonly intro?: string | undefined;
  /** What stands beside the title: fields that choose what is shown, buttons. */
  readonly beside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A part of a screen in a frame, under its title. */
export function Panel({ id, title, intro, beside, className = '', children }: PanelProps): ReactElement {
  const own = useId();
  const titleId = `${id ?? own}-title`;
  const heading = <h2 id={titleId}>{title}</h2>;
  return (
    <section id={id} className={`panel surface ${className}`} aria-labelledby={titleId}>
      {beside === undefined ? (
        heading
      ) : (
        <div className="row">
          {heading}
          <div className="panel-beside">{beside}</div>
        </div>
      )}
      {intro !== undefined && <p className="panel-intro">{intro}</p>}
      {children}
    </section>
  );
}

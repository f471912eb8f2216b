import type { ReactElement } from 'react';
import { useText } from '../../text';

/** What the drives get: the media, what is in it, and what the record says of the batch. */
export function BatchScreen(): ReactElement {
  const text = useText().batch;
  return <h1 className="screen-title">{text.title}</h1>;
}

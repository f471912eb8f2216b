import type { ReactElement } from 'react';
import { useText } from '../../text';

/** What the station can be told. */
export function SettingsScreen(): ReactElement {
  const text = useText().settings;
  return <h1 className="screen-title">{text.title}</h1>;
}

import type { ReactElement } from 'react';
import { Notice } from '../../components/notice';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** Controllers that hide drives, with the setting to change; nothing on most computers. */
export function ControllerNotes(): ReactElement | null {
  const text = useText().live;
  const notes = useApp(({ drives }) => drives.controllers);
  if (notes.length === 0) return null;
  return (
    <>
      {notes.map(({ address, kind, message, remedy }) => (
        <Notice
          key={address}
          tone={kind === 'behind' ? 'info' : 'warn'}
          title={kind === 'behind' ? text.controllersBehind : text.controllers}
          role="status"
        >
          <p>{message}</p>
          <p>{remedy}</p>
        </Notice>
      ))}
    </>
  );
}

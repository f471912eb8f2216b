import type { MenuItemConstructorOptions } from 'electron';

/**
 * The menu. Hidden until Alt is pressed; nothing of the work needs it. No shortcut is a plain key: a scanner types.
 * @param packaged false adds what developers need
 */
export function menuTemplate(packaged: boolean): MenuItemConstructorOptions[] {
  return [
    { label: '&Prestage', submenu: [{ role: 'quit', accelerator: 'CommandOrControl+Q' }] },
    {
      label: '&Edit',
      submenu: [{ role: 'undo' }, { role: 'redo' }, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }],
    },
    {
      label: '&View',
      submenu: [
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { role: 'togglefullscreen' },
        ...(packaged ? [] : ([{ role: 'reload' }, { role: 'toggleDevTools' }] as const)),
      ],
    },
  ];
}

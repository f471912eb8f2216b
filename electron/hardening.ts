import type { App, Session, WebContents } from 'electron';
import { appOrigin } from './app-files';

/** Permissions that the page gets, each with its reason. All others are denied. */
const allowedPermissions: Readonly<Record<string, string>> = {};

/** Whether a request may leave the page: its own files, and the developer tools' in a checkout. */
export function mayLoad(url: string, packaged: boolean): boolean {
  if (url.startsWith(`${appOrigin}/`) || url.startsWith('data:')) return true;
  return !packaged && url.startsWith('devtools://');
}

/** Hardens every web contents there will ever be. Before the app is ready. */
export function hardenContents(app: Pick<App, 'on' | 'enableSandbox'>): void {
  app.enableSandbox();
  app.on('web-contents-created', (_event, contents) => {
    harden(contents);
  });
}

function harden(contents: WebContents): void {
  const deny = (event: { preventDefault: () => void }): void => {
    event.preventDefault();
  };
  contents.on('will-navigate', deny);
  contents.on('will-frame-navigate', deny);
  contents.on('will-redirect', deny);
  contents.on('will-attach-webview', deny);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Closes what a session could let in or out. */
export function hardenSession(session: Session, packaged: boolean): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permission in allowedPermissions);
  });
  session.setPermissionCheckHandler((_contents, permission) => permission in allowedPermissions);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => {
    answer({});
  });
  session.on('will-download', (event) => {
    event.preventDefault();
  });
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !mayLoad(details.url, packaged) });
  });
}

import { protocol, type Session } from 'electron';
import { contentSecurityPolicy, pageFileOf, appScheme, readPageFile } from './app-files';

/** Before the app is ready: gives the scheme the rights of a web page's, and no more. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the page's files, and nothing else, with the headers that keep it in. */
export function servePage(session: Session, folder: string): void {
  session.protocol.handle(appScheme, async (request) => {
    const file = request.method === 'GET' ? pageFileOf(request.url) : null;
    const content = file === null ? null : await readPageFile(folder, file.path);
    if (file === null || content === null) return new Response('Not found', { status: 404 });
    return new Response(new Uint8Array(content), {
      headers: {
        'content-type': file.type,
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      },
    });
  });
}

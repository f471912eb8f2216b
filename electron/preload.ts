import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { appMethodNames } from '../core/contract/app-names';

/**
 * Puts `window.prestage` on the page: one function a method, the patches, the path of a dropped file. No channel name
 * and no event reaches the page. Runs in the sandbox; keep it free of packages.
 */
const methods = Object.fromEntries(
  appMethodNames.map((method) => [
    method,
    (request: unknown): Promise<unknown> => ipcRenderer.invoke(`desk:${method}`, request),
  ]),
);

contextBridge.exposeInMainWorld('prestage', {
  ...methods,
  onPatch: (listener: (patch: unknown) => void): (() => void) => {
    const hear = (_event: unknown, patch: unknown): void => {
      listener(patch);
    };
    ipcRenderer.on('app:patch', hear);
    return () => {
      ipcRenderer.off('app:patch', hear);
    };
  },
  pathOfFile: (file: Parameters<typeof webUtils.getPathForFile>[0]): string => webUtils.getPathForFile(file),
});

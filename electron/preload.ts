import { contextBridge, ipcRenderer, webUtils } from 'electron';

/**
 * Puts `window.prestage` on the page: one function for calls, one for the patches, one for the path of a dropped file.
 * Which methods there are and what they take is checked in the main process (app-ipc.ts): nothing that the page could
 * have changed decides it. No channel name and no event reaches the page. Runs in the sandbox; keep it free of packages.
 */
contextBridge.exposeInMainWorld('prestage', {
  call: (method: unknown, request: unknown): Promise<unknown> =>
    ipcRenderer.invoke('app:call', method, request),
  onPatch: (listener: (patch: string) => void): (() => void) => {
    const receive = (_event: unknown, patch: string): void => {
      listener(patch);
    };
    ipcRenderer.on('app:patch', receive);
    return () => {
      ipcRenderer.off('app:patch', receive);
    };
  },
  pathOfFile: (file: Parameters<typeof webUtils.getPathForFile>[0]): string => webUtils.getPathForFile(file),
});

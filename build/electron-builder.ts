import type { Configuration } from 'electron-builder';
import { appFolder, helperFolder, executable, output } from './package/paths';

/**
 * electron-builder's configuration. `dir` is what build/package.ts makes everywhere, and the .deb from it; the other
 * targets fetch tools of their own when they are built. Fuses are set from build/fuses.ts in build/package.ts.
 */
export function builderConfiguration(electron: { folder: string; version: string }): Configuration {
  return {
    appId: 'com.prestage.bench',
    productName: 'Prestage',
    copyright: 'Copyright © Prestage contributors',
    directories: { app: appFolder, output, buildResources: 'build' },
    electronDist: electron.folder,
    electronVersion: electron.version,
    // The screens are English; Chromium's own words in 50 languages are 40 MB.
    electronLanguages: ['en-US'],
    // The app is bundled: no node_modules. Without this word the checkout's would be packed.
    beforeBuild: () => Promise.resolve(false),
    asar: true,
    files: ['**/*'],
    // A folder named node_modules is left out unless it is named.
    extraResources: [
      { from: helperFolder, to: 'engine', filter: ['**/*'] },
      { from: `${helperFolder}/node_modules`, to: 'engine/node_modules', filter: ['**/*'] },
    ],
    publish: null,
    linux: {
      executableName: executable,
      category: 'System',
      synopsis: 'Write prestaged Windows images to drives',
      maintainer: 'Prestage maintainers <maintainers@prestage.invalid>',
      icon: 'build/icons',
      target: ['dir'],
    },
    deb: { packageName: 'prestage', packageCategory: 'admin', priority: 'optional' },
    appImage: { artifactName: 'Prestage-${version}-${arch}.AppImage' },
    win: { target: ['nsis'], icon: 'build/icons/512x512.png', executableName: executable },
    nsis: { oneClick: false, perMachine: true, allowToChangeInstallationDirectory: false },
    mac: { target: ['dmg'], icon: 'build/icons/512x512.png', category: 'public.app-category.utilities' },
  };
}

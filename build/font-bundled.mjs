/** The bytes of the papers' fallback font, as a module (build/bundles.ts). */
import bytes from '../node_modules/@fontsource/unifontex/files/unifontex-latin-400-normal.woff';

// The package's file has a default export in the bundles and in the tests, so this has.
export { bytes as default };

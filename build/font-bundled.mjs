/** Reads the papers' fallback font, as a module (build/bundles.ts). */
import bytes from '../node_modules/@fontsource/unifontex/files/unifontex-latin-400-normal.woff';

/** A function, because a bundler that takes a module for an object looks at each of its members: here, three million bytes. */
const read = () => bytes;

// The package's file has a default export in the bundles and in the tests, so this has.
export { read as default };

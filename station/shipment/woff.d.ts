/** The bundler and the tests take the bytes of fonts along, in a file of their own (build/bundles.ts). */
declare module '*.woff' {
  const bytes: Uint8Array;
  export { bytes as default };
}

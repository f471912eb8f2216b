/** The bundler and the tests take the bytes of fonts along, in a file of their own (build/bundles.ts). */
declare module '*.woff' {
  const read: () => Uint8Array;
  export { read as default };
}

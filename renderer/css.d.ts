/** The bundler takes style sheets along with the modules that import them. */
declare module '*.css';

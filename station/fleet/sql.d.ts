/** The bundler and the tests take the text of SQL files along with the modules that import them. */
declare module '*.sql' {
  const text: string;
  export { text as default };
}

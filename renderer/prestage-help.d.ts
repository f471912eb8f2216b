/** The guide, which the bundler makes of docs/guide (build/help): pages as in core/help/help-page.ts. */
declare module 'prestage-help' {
  export const helpPages: readonly {
    readonly id: string;
    readonly title: string;
    readonly html: string;
    readonly sections: readonly {
      readonly anchor: string;
      readonly title: string;
      readonly text: string;
    }[];
  }[];
}

/** The guide, which the bundler makes of docs/guide (build/help). */
declare module 'prestage-help' {
  import type { HelpPage } from '../core/help/help-page';

  export const helpPages: readonly HelpPage[];
}

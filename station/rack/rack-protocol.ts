import type { Fetches } from '../../core/netboot/boot-state';
import type { ServedSystem } from '../netboot/system-server';
import type { ServeRackOptions } from './serve-rack';

/** What the thread that serves a rack is asked. */
export type RackRequest =
  | { readonly verb: 'serve'; readonly options: Omit<ServeRackOptions, 'onMachine'> }
  | { readonly verb: 'stop' }
  | {
      readonly verb: 'giveSystem';
      readonly system: ServedSystem;
      readonly host: string;
      readonly port: number;
    }
  | { readonly verb: 'endSystem' }
  | { readonly verb: 'fetches' };

export interface RackAnswers {
  /** ADDRESS:PORT, and SHA-256 of the station's certificate. */
  readonly serve: { readonly listens: string; readonly certificate: string };
  readonly stop: null;
  /** TCP port. */
  readonly giveSystem: number;
  readonly endSystem: null;
  readonly fetches: Fetches;
}

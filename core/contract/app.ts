import { z } from 'zod';
import type { errorDataSchema } from '../base/errors';
import { mediaStateSchema } from '../media/media-state';
import { pairingStateSchema } from '../pairing/pairing-state';
import { fleetStateSchema } from '../settings/fleet';
import { batchMethods, batchStateSchema, batchWindowMethods } from './app-batch';
import {
  appBootTestSchema,
  appJobSchema,
  benchMethods,
  drivesStateSchema,
  noticeSchema,
  pastsStateSchema,
  progressStateSchema,
  stationStateSchema,
} from './app-bench';
import { nothing } from './app-common';
import { appErasureSchema, eraseMethods, erasePlansStateSchema, eraseWindowMethods } from './app-erase';
import { appSizeCheckSchema, healthMethods, healthsStateSchema } from './app-health';
import { labelMethods } from './app-labels';
import { libraryMethods, libraryStateSchema, libraryWindowMethods } from './app-library';
import { lineWindowMethods } from './app-line';
import { backupMethods, backupWindowMethods } from './app-backup';
import { appLiveMethods, appLiveSchema, appLiveWindowMethods } from './app-live';
import { logMethods, logWindowMethods } from './app-log';
import { orderMethods, orderStateSchema, orderWindowMethods } from './app-order';
import { appMirrorSchema, mirrorMethods } from './app-mirror';
import { appRackSchema, rackMethods, rackWindowMethods } from './app-rack';
import { startPlanSchema } from './app-start';
import { settingsMethods, settingsWindowMethods, stationSettingsSchema } from './app-settings';
import { shipMethods, shipWindowMethods } from './app-shipments';

/**
 * renderer ↔ Electron main, put together from one file a screen. The main process holds the bench's state and pushes
 * it slice by slice; the page only shows it and says what the operator does. Every request and every answer is
 * parsed, strictly.
 */

/** Everything the page shows, but for the log. Each member is pushed whole when it changes. */
export const appStateSchema = z.strictObject({
  station: stationStateSchema,
  settings: stationSettingsSchema,
  drives: drivesStateSchema,
  /** Of attached drives of which the ledger knows something. */
  pasts: pastsStateSchema,
  /** Of attached drives that were asked. */
  healths: healthsStateSchema,
  sizeChecks: z.array(appSizeCheckSchema),
  /** Of attached drives that were asked. */
  erasePlans: erasePlansStateSchema,
  erasures: z.array(appErasureSchema),
  media: mediaStateSchema,
  /** The media that were received. */
  library: libraryStateSchema,
  batch: batchStateSchema,
  /** Null while no order is open. */
  order: orderStateSchema.nullable(),
  pairing: pairingStateSchema,
  /** What the start will put on each paired drive. */
  startPlan: startPlanSchema,
  /** At most ten times a second while bytes move. */
  jobs: z.array(appJobSchema),
  progress: progressStateSchema,
  rehearsals: z.array(appBootTestSchema),
  notices: z.array(noticeSchema),
  /** How far the plant's database is behind. */
  fleet: fleetStateSchema,
  /** The stick that the station runs from. */
  live: appLiveSchema,
  /** Machines that are imaged with their drives inside. */
  rack: appRackSchema,
  /** Another station, from which media and disk images are got. */
  mirror: appMirrorSchema,
});
export type AppState = z.infer<typeof appStateSchema>;
export const appPatchSchema = appStateSchema.partial();
export type AppPatch = z.infer<typeof appPatchSchema>;

/** What needs no window: handled in station/app. */
export const serviceMethods = {
  /** Everything; afterwards changes come as patches. */
  getState: { request: nothing, response: appStateSchema },
  ...benchMethods,
  ...healthMethods,
  ...eraseMethods,
  ...batchMethods,
  ...libraryMethods,
  ...orderMethods,
  ...logMethods,
  ...shipMethods,
  ...labelMethods,
  ...settingsMethods,
  ...appLiveMethods,
  ...rackMethods,
  ...mirrorMethods,
  ...backupMethods,
} as const;

/** What asks for a file, shows one, or prints: handled in electron. */
export const windowMethods = {
  ...batchWindowMethods,
  ...eraseWindowMethods,
  ...libraryWindowMethods,
  ...orderWindowMethods,
  ...logWindowMethods,
  ...lineWindowMethods,
  ...shipWindowMethods,
  ...settingsWindowMethods,
  ...appLiveWindowMethods,
  ...rackWindowMethods,
  ...backupWindowMethods,
} as const;

export const appMethods = { ...serviceMethods, ...windowMethods } as const;

export type AppMethods = typeof appMethods;
export type AppMethod = keyof AppMethods;
export type ServiceMethod = keyof typeof serviceMethods;
export type WindowMethod = keyof typeof windowMethods;
export type AppRequest<M extends AppMethod> = z.infer<AppMethods[M]['request']>;
export type AppResponse<M extends AppMethod> = z.infer<AppMethods[M]['response']>;

/** What does a method's work. The request was parsed; what is thrown becomes the answer's error. */
export type AppHandler<M extends AppMethod> = (
  request: AppRequest<M>,
) => AppResponse<M> | Promise<AppResponse<M>>;

/** What an answer looks like on the wire: Electron would flatten an error that is thrown to its message. */
export type AppAnswer<M extends AppMethod> =
  | { readonly ok: true; readonly value: AppResponse<M> }
  | { readonly ok: false; readonly error: z.infer<typeof errorDataSchema> };

/** What the preload script puts on the page as `window.prestage`. */
export interface AppApi {
  /** Calls a method of the contract. Never rejects for what the app refuses: that is in the answer. */
  readonly call: <M extends AppMethod>(method: M, request: AppRequest<M>) => Promise<AppAnswer<M>>;
  /** Calls back with every patch of the state, an {@link AppPatch} as JSON. @returns a function that ends that */
  readonly onPatch: (listener: (patch: string) => void) => () => void;
  /** The path of a file that was dropped on the window. */
  readonly pathOfFile: (file: unknown) => string;
}

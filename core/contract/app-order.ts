import { z } from 'zod';
import { errorDataSchema } from '../base/errors';
import { firmwareTrustSchema } from '../boot/loader-choice';
import { atEndSchema } from '../machine/at-end';
import { sha256Schema } from '../media/chunk-map';
import { againstDriveSchema, orderLineStates } from '../order/order-state';
import { nothing } from './app-common';

/** The Order screen's part of the page's contract. */

/** The work order that is open. */
export const orderStateSchema = z.strictObject({
  number: z.string(),
  /** ISO 8601, UTC. */
  openedAt: z.string(),
  openedBy: z.string(),
  /** What it asks for; null: anything. */
  mediaSha256: sha256Schema.nullable(),
  imageIndex: z.int().positive().nullable(),
  layout: z.string().nullable(),
  /** Day until which the machines leave the depot, `YYYY-MM-DD`; null: the order names none. */
  shipBy: z.string().nullable(),
  /** Microsoft's certificates that the firmware of all its machines trusts; null: it does not say, or not the same of all. */
  firmwareTrust: firmwareTrustSchema.nullable(),
  /** What machines of a rack do at the end of a batch; null: it does not say. */
  atEnd: atEndSchema.nullable(),
  /** Which of their disks gets the image, in words; null: it does not say. */
  disk: z.string().nullable(),
  /** What a batch would refuse of it, or warn of, in sentences: names, files, drivers, loader, dates. */
  problems: z.array(z.string()),
  /** How many machines are expected. */
  machines: z.int().nonnegative(),
  /** Of all lines, the unexpected ones too. */
  counts: z.record(z.enum(orderLineStates), z.int().nonnegative()),
  /** Machines that are not in it and about which a word was said. */
  unexpected: z.int().nonnegative(),
  /** Lines that keep it from being closed. */
  open: z.int().nonnegative(),
  /** Computers that its machines replace, and how many of them came back; null: it names none. */
  returns: z.strictObject({ expected: z.int(), returned: z.int() }).nullable(),
  /** In the order's own order, then the unexpected ones. */
  lines: z.array(
    z.strictObject({
      serial: z.string(),
      state: z.enum(orderLineStates),
      unexpected: z.boolean(),
      /** The newest word that was said about it. */
      reason: z.string().nullable(),
      /** What speaks against its finished drive; null: nothing. */
      against: againstDriveSchema.nullable(),
      assetTag: z.string().nullable(),
      computerName: z.string().nullable(),
      /** Maker and model, in words; null: the order says neither. */
      model: z.string().nullable(),
      /** System SKU and board, in words; null: the order says neither. */
      ids: z.string().nullable(),
      firmwareTrust: firmwareTrustSchema.nullable(),
      /** The computer that it replaces, in words; null: none that is known. */
      replaces: z.string().nullable(),
      /** That computer came back. */
      returned: z.boolean(),
    }),
  ),
  /** Lines that are not told because there are too many; what wants a hand is told first. */
  hidden: z.int().nonnegative(),
  /** The station's copy of it is damaged: nothing can be written until it is opened once more. */
  error: errorDataSchema.nullable(),
});
export type OrderState = z.infer<typeof orderStateSchema>;
export type OrderStateLine = OrderState['lines'][number];

export const orderMethods = {
  /** Opens an order that was typed or pasted. */
  openOrder: {
    request: z.strictObject({ number: z.string().max(200), text: z.string().max(16_000_000) }),
    response: z.strictObject({ warnings: z.array(z.string()) }),
  },
  /** A word about a machine: left out, or done although it is not in the order. */
  exceptOrder: {
    request: z.strictObject({ machineSerial: z.string().max(200), reason: z.string().max(1000) }),
    response: nothing,
  },
  /**
   * A replaced computer came back: its serial or name, also by an order that is closed. `said` is a sentence for whoever did it.
   * Throws return-…, serial-….
   */
  returnComputer: {
    request: z.strictObject({
      text: z.string().max(4096),
      note: z.string().max(1000),
      /** Serial of the machine that took its place, for a computer that several orders name. */
      replacedBy: z.string().max(200).optional(),
    }),
    response: z.strictObject({ said: z.string() }),
  },
  /** Throws order-unfinished with what is open. */
  closeOrder: { request: nothing, response: nothing },
} as const;

export const orderWindowMethods = {
  /**
   * Asks for the file of a work order and opens it. `number` is for a file that does not say it. Throws order-… with
   * everything that is wrong. The warnings are sentences for whoever opened it.
   */
  chooseOrder: {
    request: z.strictObject({ number: z.string().max(200) }),
    response: z.strictObject({ chosen: z.boolean(), warnings: z.array(z.string()) }),
  },
} as const;

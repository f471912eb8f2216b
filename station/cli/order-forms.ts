import { z } from 'zod';
import { atEndSchema } from '../../core/machine/at-end';
import { firmwareTrustSchema } from '../../core/boot/loader-choice';
import { sha256Schema } from '../../core/media/chunk-map';
import { orderLineSchema } from '../../core/order/order';
import { againstDriveSchema, orderLineStates } from '../../core/order/order-state';

/** What the commands of `prestage order` print with `--json`. */

const count = z.int().nonnegative();
const time = z.iso.datetime({ precision: 3 });

/** What `order open --json` prints. */
export const orderOpenForm = z.strictObject({
  orderId: z.uuid(),
  number: z.string(),
  /** Machines in the order. */
  machines: z.int().positive(),
  /** Values that were read differently than written, columns that were not read, and what speaks against the media: its dates, and files that cannot be filled. */
  warnings: z.array(
    z.strictObject({
      /** Line of the file, from 1 on; null when it is about the whole file. */
      line: z.int().positive().nullable(),
      message: z.string(),
    }),
  ),
});

const lineStateForm = {
  /** `packed`: in a shipment. A machine whose job was cancelled is `expected` again. */
  state: z.enum(orderLineStates),
  /** Not in the order. */
  unexpected: z.boolean(),
  /** Reason of its newest exception; null when there is none. */
  reason: z.string().nullable(),
  /** What speaks against its finished drive, and keeps it from being done; null: nothing. */
  against: againstDriveSchema.nullable(),
};

/** Computers that the order's machines replace, and how many of them came back; null when it names none. */
const returnsForm = z.strictObject({ expected: count, returned: count }).nullable();

/** What `order show --json` prints. */
export const orderShowForm = z.strictObject({
  orderId: z.uuid(),
  number: z.string(),
  openedAt: time,
  openedBy: z.string(),
  /** SHA-256 of the media that the order asks for; null when it allows any media checked against an expected SHA-256. */
  mediaSha256: sha256Schema.nullable(),
  /** Index of the image that the order asks for; null when it allows any. */
  imageIndex: z.int().positive().nullable(),
  /** Layout that the order asks for; null when it allows any. */
  layout: z.string().nullable(),
  /** Day until which the machines leave the depot, `YYYY-MM-DD`; null when the order names none. */
  shipBy: z.string().nullable(),
  /** Microsoft's certificates that the firmware of all its machines trusts; null when it does not say, or not the same of all. */
  firmwareTrust: firmwareTrustSchema.nullable(),
  /** What machines of a rack do at the end of a batch; null when the order does not say. */
  atEnd: atEndSchema.nullable(),
  /** Which disk of a machine with several gets the image: `only`, `largest-nvme` or `name=TEXT`; null when the order does not say. */
  disk: z.string().nullable(),
  /** What a batch would refuse of it, or warn of, as far as it is known here. */
  problems: z.array(z.string()),
  /** Machines in each state; together all machines. */
  counts: z.record(z.enum(orderLineStates), count),
  /** Machines that are not in the order. */
  unexpected: count,
  /** Machines that must be finished or left out before the order can be closed. */
  open: count,
  returns: returnsForm,
  /** In the sequence of the order, then the unexpected ones. */
  machines: z.array(
    z.strictObject({
      ...orderLineSchema.shape,
      ...lineStateForm,
      /** The computer that it replaces came back. */
      returned: z.boolean(),
    }),
  ),
});

/** What `order except --json` prints. */
export const orderExceptForm = z.strictObject({ serial: z.string(), ...lineStateForm });

/** What `order close --json` prints, and one order of `order list --json`. */
export const listedOrderForm = z.strictObject({
  orderId: z.uuid(),
  number: z.string(),
  /** Machines in the order. */
  machines: z.int().positive(),
  openedAt: time,
  openedBy: z.string(),
  returns: returnsForm,
  /** How it ended; null while it is open. */
  closed: z
    .strictObject({
      at: time,
      done: count,
      leftOut: count,
      /** Finished machines that are not in the order. */
      unexpected: count,
    })
    .nullable(),
});

/** What `order list --json` prints. */
export const orderListForm = z.strictObject({
  /** The newest last. */
  orders: z.array(listedOrderForm),
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderLine, WorkOrder } from '../../../../core/order/order';
import { readOrder } from '../../../../core/order/order-file';
import { scanSettingsSchema } from '../../../../core/scan/scan-settings';
import { readTypedSerial } from '../../../../core/scan/typed-serial';
import { orderOf } from './order-texts';

const settings = scanSettingsSchema.parse({});

function asTable(
  order: WorkOrder,
  how: {
    readonly separator: string;
    readonly end: string;
    readonly quoteAll: boolean;
    readonly mark: string;
    readonly upper: boolean;
    readonly macs: string;
  },
): string {
  const field = (text: string): string =>
    how.quoteAll || /["\r\n,;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const columns = [
    'Model',
    'Serial Number',
    'Asset Tag',
    'Name',
    'UUID',
    'MACs',
    'Order',
    'SHA256',
    'Image',
    'Layout',
    'Ship by',
  ];
  const rows = order.machines.map((line) => [
    line.model ?? '',
    line.serial,
    line.assetTag ?? '',
    line.computerName ?? '',
    line.uuid ?? '',
    (line.macs ?? []).join(how.macs),
    order.number,
    order.mediaSha256 ?? '',
    order.imageIndex === undefined ? '' : String(order.imageIndex),
    order.layout ?? '',
    order.shipBy ?? '',
  ]);
  const head = columns.map((column) => (how.upper ? column.toUpperCase() : column));
  return how.mark + [head, ...rows].map((row) => row.map(field).join(how.separator)).join(how.end);
}

describe('every order', () => {
  const alnum = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
  const serial = fc
    .string({ unit: fc.constantFrom(...alnum), minLength: 5, maxLength: 12 })
    .map((text) => `S${text}`)
    // Neither the label of a machine, which holds a serial, nor another number.
    .filter((text) => {
      const typed = readTypedSerial(text, settings);
      return typed.problem === null && typed.serial === text;
    });
  const hex = (length: number): fc.Arbitrary<string> =>
    fc.string({
      unit: fc.constantFrom(...Array.from('0123456789ABCDEF')),
      minLength: length,
      maxLength: length,
    });
  const uuid = hex(31).map((text) =>
    `4${text}`.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  );
  const mac = hex(10).map((text) => `02${text}`.match(/../g)?.join(':') ?? '');
  const words = fc
    .string({ unit: fc.constantFrom(...Array.from('Latiude 5440",;ä=+')), minLength: 1, maxLength: 20 })
    .map((text) => `M ${text} x`.replace(/\s+/g, ' '));
  const line: fc.Arbitrary<OrderLine> = fc
    .record(
      {
        serial,
        assetTag: words,
        computerName: hex(6).map((text) => `PC-${text}`),
        uuid,
        macs: fc.uniqueArray(mac, { minLength: 1, maxLength: 3 }),
        model: words,
      },
      { requiredKeys: ['serial'] },
    )
    .map((made) => made as OrderLine);
  const order: fc.Arbitrary<WorkOrder> = fc
    .record(
      {
        version: fc.constant(1 as const),
        number: fc.constantFrom('4711', 'WO-2025/118', '2025-11-03', 'Auftrag "7"; rot'),
        mediaSha256: hex(64).map((text) => text.toLowerCase()),
        imageIndex: fc.integer({ min: 1, max: 30 }),
        layout: fc.constantFrom('uefi', 'uefi-recovery'),
        shipBy: fc.constantFrom('2027-01-31', '2028-02-29'),
        machines: fc.uniqueArray(line, {
          minLength: 1,
          maxLength: 12,
          comparator: (a, b) =>
            a.serial === b.serial ||
            (a.uuid !== undefined && a.uuid === b.uuid) ||
            (a.computerName !== undefined && a.computerName === b.computerName),
        }),
      },
      { requiredKeys: ['version', 'number', 'machines'] },
    )
    .map((made) => made as WorkOrder);
  /** How a table may be written; all mean the same. */
  const style = fc.record({
    separator: fc.constantFrom(',', ';', '\t'),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    quoteAll: fc.boolean(),
    mark: fc.constantFrom('', '\uFEFF'),
    upper: fc.boolean(),
    macs: fc.constantFrom(' ', ', ', ';'),
  });

  it('that is written as a table is read back the same', () => {
    fc.assert(
      fc.property(order, style, (made, how) => {
        expect(orderOf(asTable(made, how), null)).toEqual(made);
      }),
    );
  });

  it('that is written as JSON is read back the same', () => {
    fc.assert(
      fc.property(order, fc.constantFrom(0, 2), (made, indent) => {
        expect(orderOf(JSON.stringify(made, null, indent), null)).toEqual(made);
      }),
    );
  });

  it('is read or refused with words, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `serial,mac\n${text}`),
        ),
        (text) => {
          const reading = readOrder(text, '4711');
          if (reading.result === 'refused') expect(reading.problems.length).toBeGreaterThan(0);
          else expect(reading.order.machines.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of a large plant is read', () => {
    const rows = Array.from(
      { length: 20_000 },
      (_, index) => `S${String(index).padStart(6, '0')},PC-${index}x`,
    );
    expect(orderOf(`serial,name\n${rows.join('\n')}`).machines).toHaveLength(20_000);
  });
});

import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toErrorData } from '../../../core/base/errors';
import { scanSettingsSchema } from '../../../core/scan/scan-settings';
import type { WorkOrder } from '../../../core/order/order';
import {
  canonicalOrder,
  decodeText,
  keepOrder,
  parseOrder,
  storedOrder,
} from '../../../station/orders/order-files';
import { temporaryArea } from '../../support/global-setup';

const text = 'serial;model\n5CD1;Gerät\n';
const order: WorkOrder = { version: 1, number: '4711', machines: [{ serial: '5CD1', model: 'X' }] };
const code = (expected: string): object =>
  expect.objectContaining({ data: expect.objectContaining({ code: expected }) as unknown }) as object;

describe('the bytes of an order', () => {
  it('are UTF-8, or UTF-16 with its mark', () => {
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    expect(decodeText('x', Buffer.from(text))).toBe(text);
    expect(decodeText('x', Buffer.from(`\uFEFF${text}`))).toBe(text);
    expect(decodeText('x', little)).toBe(text);
    expect(decodeText('x', little.subarray(2))).toBe(text);
    expect(decodeText('x', Buffer.from(little).swap16())).toBe(text);
  });

  it('are not guessed: another encoding, or a workbook, is refused with what to do', () => {
    expect(() => decodeText('x', Buffer.from(text, 'latin1'))).toThrow(code('order-invalid'));
    expect(() => decodeText('x', Buffer.from('PK\u0003\u0004rest'))).toThrow(/archive, not a text file/);
    expect(() => decodeText('x', Buffer.from('d0cf11e0a1b11ae1', 'hex'))).toThrow(/old format of Excel/);
    expect(() => decodeText('x', Buffer.from('<html><table>'))).toThrow(/a web page or XML/);
    expect(() => decodeText('x', Buffer.from('%PDF-1.7'))).toThrow(/is a PDF/);
  });

  it('with more errors than anybody reads are told by the first of them, and how many there are', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `SN${1000 + index},not a name`);
    try {
      parseOrder('x.csv', ['serial,name', ...lines].join('\n'), '1', scanSettingsSchema.parse({}));
      expect.unreachable();
    } catch (error) {
      const { message, cause } = toErrorData(error);
      expect(message).toBe('The work order x.csv has 1000 errors.');
      expect(cause?.split('\n')).toHaveLength(201);
      expect(cause).toMatch(/^line 2: 'not a name' .*\nand 800 more$/s);
    }
  });
});

describe('the copy of an order', () => {
  it('has one text, whatever the order of its members, and is found by its hash alone', () => {
    const turned: WorkOrder = { machines: [{ model: 'X', serial: '5CD1' }], number: '4711', version: 1 };
    expect(canonicalOrder(turned)).toEqual(canonicalOrder(order));
    const orders = join(temporaryArea('orders'), 'orders');
    onTestFinished(() => {
      rmSync(orders, { recursive: true, force: true });
    });
    const sha256 = keepOrder({ orders }, order);
    expect(readdirSync(orders)).toEqual([`${sha256}.json`]);
    expect(readFileSync(join(orders, `${sha256}.json`), 'utf8')).toBe(canonicalOrder(order).text);
    expect(storedOrder({ orders }, '4711', sha256)).toEqual(order);
    expect(() => storedOrder({ orders }, '4711', '0'.repeat(64))).toThrow(code('order-invalid'));
  });
});

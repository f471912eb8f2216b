import type { WorkOrder } from '../../../../core/order/order';
import { problemText, readOrder } from '../../../../core/order/order-file';

/** Orders as texts, and what is said of them. */

export function orderOf(text: string, number: string | null = '4711'): WorkOrder {
  const reading = readOrder(text, number);
  if (reading.result === 'refused') throw new Error(reading.problems.map(problemText).join('\n'));
  return reading.order;
}

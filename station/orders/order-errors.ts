import { sanitizeForDisplay, shownPath } from '../../core/base/display';
import { PrestageError } from '../../core/base/errors';
import { problemText } from '../../core/order/order-file';
import type { OrderIssue } from '../../core/order/raw-order';
import type { OrderLineView } from '../../core/order/order-state';
import { counted } from '../../core/base/plurals';

/** Of a file that is no list of machines each line is one; more are counted. */
const maxListed = 200;

/** The problems of a file that is no order. */
export function orderInvalid(name: string, problems: readonly OrderIssue[]): PrestageError {
  const texts = problems.slice(0, maxListed).map((problem) => sanitizeForDisplay(problemText(problem), 400));
  const [first = ''] = texts;
  const what = problems.length === 1 ? `cannot be used: ${first}` : `has ${problems.length} errors`;
  const more = problems.length - texts.length;
  if (more > 0) texts.push(`and ${more} more`);
  return new PrestageError({
    code: 'order-invalid',
    message: `The work order ${sanitizeForDisplay(name, 200)} ${what}.`,
    cause: texts.length === 1 ? null : texts.join('\n'),
  });
}

/** The file of an order cannot even be read. */
export function orderUnreadable(name: string, what: string, remedy: string, cause?: unknown): PrestageError {
  return new PrestageError({
    code: 'order-invalid',
    message: `The work order ${sanitizeForDisplay(name, 200)} ${what}.`,
    cause: cause instanceof Error ? cause.message : null,
    remedy: `Nothing was opened. ${remedy}`,
  });
}

/** The text of the open order is not as it was opened. */
export function orderFileDamaged(number: string, file: string, cause: string): PrestageError {
  return new PrestageError({
    code: 'order-invalid',
    message: `The station's copy of the open work order ${sanitizeForDisplay(number, 60)} is missing or was changed: ${shownPath(file)}.`,
    cause,
    remedy:
      'No drive can be written for it. Open the file that the enterprise sent again: this restores the copy.',
  });
}

/** One order at a time. */
export function orderOpen(number: string): PrestageError {
  return new PrestageError({
    code: 'order-open',
    message: `Work order ${sanitizeForDisplay(number, 60)} is already open on this station.`,
  });
}

/** There is none that could be shown, excepted or closed. */
export function orderNotOpen(): PrestageError {
  return new PrestageError({
    code: 'order-not-open',
    message: 'No work order is open on this station.',
  });
}

/** What is asked for is not what the order says. */
export function orderMismatch(message: string, remedy: string, cause: string | null = null): PrestageError {
  return new PrestageError({
    code: 'order-mismatch',
    message,
    cause,
    remedy: `Nothing was touched. ${remedy}`,
  });
}

/** How many machines a message names; the rest is in its cause. */
const named = 6;

/** Machines of which neither a finished drive nor a word is recorded. */
export function orderUnfinished(number: string, open: readonly OrderLineView[]): PrestageError {
  const names = open.slice(0, named).map(({ serial, state }) => `${serial} (${state})`);
  const more = open.length > named ? `, and ${open.length - named} more` : '';
  const count = counted(open.length, 'machine is', 'machines are');
  return new PrestageError({
    code: 'order-unfinished',
    message: `Work order ${sanitizeForDisplay(number, 60)} cannot be closed: ${count} open: ${names.join(', ')}${more}.`,
    cause: open.map(({ serial, state }) => `${serial}: ${state}`).join('\n'),
  });
}

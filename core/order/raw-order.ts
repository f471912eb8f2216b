import type { MachineColumn, OrderColumn } from './order-columns';

/** Something that is wrong with an order's file, or that whoever opens it should look at. */
export interface OrderIssue {
  /** Line of the file, from 1 on; null when it is about the whole file. */
  readonly line: number | null;
  /** Without the line, in lower case, without a full stop. */
  readonly message: string;
}

/** A statement about the order as a whole. */
export interface RawFact {
  readonly column: OrderColumn;
  readonly text: string;
  readonly line: number | null;
}

export interface RawMachine {
  readonly line: number | null;
  readonly cells: readonly { readonly column: MachineColumn; readonly text: string }[];
}

/** What a file says, before its values are looked at. */
export interface RawOrder {
  readonly details: readonly RawFact[];
  readonly machines: readonly RawMachine[];
  readonly problems: readonly OrderIssue[];
  readonly warnings: readonly OrderIssue[];
}

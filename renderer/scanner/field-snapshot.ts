/** A field as it was before the first key of what may become a scan. */
export interface FieldSnapshot {
  readonly field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
  readonly value: string;
  readonly selection: readonly [start: number, end: number] | null;
}

function focusedField(): FieldSnapshot['field'] | null {
  const field = document.activeElement;
  return field instanceof HTMLInputElement ||
    field instanceof HTMLTextAreaElement ||
    field instanceof HTMLSelectElement
    ? field
    : null;
}

/** Whether a blank is a letter where the focus is, and not the press of a button. */
export function takesText(): boolean {
  const field = focusedField();
  if (field === null || field instanceof HTMLSelectElement) return false;
  return (
    field instanceof HTMLTextAreaElement || !['checkbox', 'radio', 'button', 'submit'].includes(field.type)
  );
}

/** Whether people type where the focus is: a text, or the first letters of a choice. */
export function isTypedInto(): boolean {
  return takesText() || focusedField() instanceof HTMLSelectElement;
}

/** The field that has the focus; null when none has. */
export function takeSnapshot(): FieldSnapshot | null {
  const field = focusedField();
  if (field === null) return null;
  // Fields for numbers and dates have no selection to be told.
  const hasSelection = !(field instanceof HTMLSelectElement) && field.selectionStart !== null;
  return {
    field,
    value: field.value,
    selection: hasSelection ? [field.selectionStart ?? 0, field.selectionEnd ?? 0] : null,
  };
}

/** Puts a field back. React listens to the event and compares with the value it set itself, hence the setter. */
export function restore({ field, value, selection }: FieldSnapshot): void {
  // What stands in a field for numbers or dates and is none yet is not its value: the field must be told again.
  const hidden = field instanceof HTMLInputElement && ['number', 'date', 'time'].includes(field.type);
  if (!field.isConnected || (field.value === value && !hidden)) return;
  const prototype = Object.getPrototypeOf(field) as object;
  const set = (text: string): void => {
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(field, text);
  };
  if (hidden) set('');
  set(value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  if (field instanceof HTMLSelectElement) field.dispatchEvent(new Event('change', { bubbles: true }));
  else if (selection !== null) field.setSelectionRange(selection[0], selection[1]);
}

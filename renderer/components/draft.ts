import { useEffect, useRef, useState, type KeyboardEvent } from 'react';

/** What is being typed into a field, and what the field held when that began. */
export interface Draft {
  readonly base: string;
  readonly text: string;
  /** It was to be taken over, and could not be. */
  readonly tried: boolean;
}

/**
 * The draft after a key. Text that is as it was before is no draft: so what a scan typed into the field, and was
 * taken out again, leaves none.
 */
export function typed(draft: Draft | null, shown: string, text: string): Draft | null {
  const base = draft?.base ?? shown;
  return text === base ? null : { base, text, tried: draft?.tried ?? false };
}

/** Whether the station said something else since the typing began. Then leaving the field takes nothing over. */
export function isOutdated(draft: Draft, value: string): boolean {
  return draft.base !== value;
}

interface DraftOptions {
  /** As the station has it. */
  readonly value: string;
  /** @returns whether the station took it */
  readonly commit: (text: string) => Promise<boolean>;
  /** What is wrong with a text, in words; null when nothing is. */
  readonly check?: ((text: string) => string | null) | undefined;
}

interface DraftField {
  readonly text: string;
  readonly error: string | null;
  readonly onChange: (text: string) => void;
  readonly onBlur: () => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

/** How long what was sent is shown before the station has said it back. */
export const echoMilliseconds = 1000;

/**
 * A field whose text is the station's. Typing makes a draft that patches leave alone; Enter or leaving the field
 * takes it over, Escape puts it away.
 */
export function useDraft({ value, commit, check }: DraftOptions): DraftField {
  const [held, setDraft] = useState<Draft | null>(null);
  const [sent, setSent] = useState<{ readonly text: string; readonly seen: string } | null>(null);
  const current = sent !== null && sent.seen === value ? sent.text : value;
  // A draft that could not be taken over gives way when the station says something new.
  const draft = held !== null && held.tried && isOutdated(held, current) ? null : held;

  const take = (always: boolean): void => {
    if (draft === null) return;
    if (!always && isOutdated(draft, current)) {
      setDraft(null);
      return;
    }
    if ((check?.(draft.text) ?? null) !== null) {
      setDraft({ ...draft, tried: true });
      return;
    }
    setDraft(null);
    setSent({ text: draft.text, seen: value });
    void commit(draft.text).then((taken) => {
      if (!taken) setDraft({ ...draft, base: value, tried: true });
      setTimeout(
        () => {
          setSent(null);
        },
        taken ? echoMilliseconds : 0,
      );
    });
  };

  // A key that leaves the screen takes the field away without leaving it first.
  const leave = useRef<() => void>(() => undefined);
  useEffect(() => {
    leave.current = () => {
      take(false);
    };
  });
  useEffect(
    () => () => {
      leave.current();
    },
    [],
  );

  return {
    text: draft?.text ?? current,
    error: draft?.tried === true ? (check?.(draft.text) ?? null) : null,
    onChange: (text) => {
      setDraft(typed(draft, current, text));
    },
    onBlur: () => {
      take(false);
    },
    onKeyDown: (event) => {
      if (event.key === 'Enter') take(true);
      else if (event.key === 'Escape' && draft !== null) setDraft(null);
    },
  };
}

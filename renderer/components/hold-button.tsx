import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';

/** How long a deliberate act takes. The bar's transition in components.css takes as long. */
const holdMilliseconds = 2000;

interface HoldButtonProps {
  readonly label: string;
  /** While it is held. */
  readonly holdingLabel: string;
  readonly describedBy?: string;
  readonly disabled?: boolean;
  readonly onHeld: () => void;
}

/**
 * A button that acts only when it is held for two seconds, with a finger, the mouse, or Space or Enter. Letting
 * go, leaving it, or the window losing the focus starts over.
 */
export function HoldButton(props: HoldButtonProps): ReactElement {
  const { onHeld, disabled = false } = props;
  const [held, setHeld] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const release = useCallback((): void => {
    clearTimeout(timer.current);
    setHeld(false);
  }, []);
  const press = (): void => {
    if (disabled) return;
    clearTimeout(timer.current);
    setHeld(true);
    timer.current = setTimeout(() => {
      setHeld(false);
      onHeld();
    }, holdMilliseconds);
  };
  useEffect(() => {
    window.addEventListener('blur', release);
    return () => {
      window.removeEventListener('blur', release);
      clearTimeout(timer.current);
    };
  }, [release]);

  const isKey = ({ key }: KeyboardEvent): boolean => key === ' ' || key === 'Enter';
  return (
    <button
      type="button"
      className="hold-button"
      data-held={held}
      disabled={disabled}
      aria-describedby={props.describedBy}
      onPointerDown={(event) => {
        if (event.button === 0) press();
      }}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onBlur={release}
      onContextMenu={(event) => {
        event.preventDefault();
      }}
      onKeyDown={(event) => {
        if (!isKey(event)) return;
        event.preventDefault();
        if (!event.repeat) press();
      }}
      onKeyUp={(event) => {
        if (isKey(event)) release();
      }}
    >
      <span className="hold-button-bar" aria-hidden />
      <span className="hold-button-label">{held ? props.holdingLabel : props.label}</span>
    </button>
  );
}

import { Button, Popover } from '@mantine/core';
import { useState, type ReactElement, type ReactNode } from 'react';

interface ConfirmButtonProps {
  /** On the button. */
  readonly label: string;
  /** Said by a screen reader instead: which one of many. */
  readonly name?: string;
  readonly icon?: ReactNode;
  /** Asked before it is done. */
  readonly question: string;
  readonly yes: string;
  readonly no: string;
  readonly onConfirm: () => void;
  readonly compact?: boolean;
  readonly className?: string;
  readonly disabled?: boolean;
}

/** A button that asks once before it does what cannot be undone. The safe answer has the focus. */
export function ConfirmButton(props: ConfirmButtonProps): ReactElement {
  const [opened, setOpened] = useState(false);
  const close = (): void => {
    setOpened(false);
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      trapFocus
      returnFocus
      withinPortal
      transitionProps={{ duration: 0 }}
    >
      <Popover.Target>
        <Button
          color="red"
          aria-label={props.name}
          className={props.className}
          disabled={props.disabled === true}
          leftSection={props.icon}
          size={props.compact === true ? 'sm' : 'md'}
          onClick={() => {
            setOpened(!opened);
          }}
        >
          {props.label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={props.question}>
        <p className="confirm-question">{props.question}</p>
        <div className="row">
          <Button data-autofocus onClick={close}>
            {props.no}
          </Button>
          <Button
            variant="filled"
            color="red"
            onClick={() => {
              close();
              props.onConfirm();
            }}
          >
            {props.yes}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

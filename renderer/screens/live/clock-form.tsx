import { Button, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { momentOfWall, wallTimeAt } from '../../../core/live/wall-time';
import { act } from '../../actions';
import { useText } from '../../text';

interface ClockFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Date and time, as the clock on the wall has them. */
export function ClockField({ value, onChange }: ClockFieldProps): ReactElement {
  const text = useText().live;
  return (
    <TextInput
      size="lg"
      type="datetime-local"
      label={text.clock}
      description={text.clockHint}
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}

interface ClockFormProps {
  readonly zone: string;
  readonly onLeave: () => void;
}

/** Sets the clock of a station whose clock cannot be right. */
export function ClockForm({ zone, onLeave }: ClockFormProps): ReactElement {
  const text = useText().live;
  const [shown, setShown] = useState(() => wallTimeAt(new Date(), zone));
  const moment = momentOfWall(shown, zone);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (moment !== null) void act('setStick', { time: moment.toISOString() });
      }}
    >
      <p>{zone}</p>
      <ClockField value={shown} onChange={setShown} />
      <div className="row">
        <Button type="submit" size="lg" variant="filled" disabled={moment === null}>
          {text.button.clock}
        </Button>
        <Button size="lg" onClick={onLeave}>
          {text.later}
        </Button>
      </div>
    </form>
  );
}

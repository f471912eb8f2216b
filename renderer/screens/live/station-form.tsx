import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { stationSettingsSchema } from '../../../core/contract/app-settings';
import { liveKeyboards, liveKeyboardSchema } from '../../../core/live/live-state';
import { momentOfWall, wallTimeAt } from '../../../core/live/wall-time';
import { act } from '../../actions';
import { Busy } from '../../components/busy';
import { useScans } from '../../scanner/scan-taker';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { ClockField } from './clock-form';

const longestName = 128;

/** Name, time zone, keyboard and clock of a station on a stick: asked once, after its data partition was made. */
export function StationForm({ onLeave }: { readonly onLeave: () => void }): ReactElement {
  const text = useText();
  const { live } = text;
  const stationName = useApp(({ settings }) => settings.stationName);
  const [name, setName] = useState(stationName);
  const [timeZone, setTimeZone] = useState('');
  const [keyboard, setKeyboard] = useState('us');
  /** Null: the clock is left as it is. */
  const [corrected, setCorrected] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const zone = timeZone === '' ? 'UTC' : timeZone;
  const shown = corrected ?? wallTimeAt(new Date(), zone);
  const moment = momentOfWall(shown, zone);
  const cleanName = sanitizeForDisplay(name, longestName);
  const isName = stationSettingsSchema.shape.stationName.safeParse(cleanName).success;
  useScans(!busy, (scanned) => {
    setName(scanned);
    return true;
  });
  const keep = async (): Promise<void> => {
    setBusy(true);
    const named =
      cleanName === stationName || (await act('changeSettings', { stationName: cleanName })) !== null;
    const time = corrected === null || moment === null ? {} : { time: moment.toISOString() };
    const request = { timeZone, keyboard: liveKeyboardSchema.parse(keyboard), ...time };
    // Once it is kept the app ends: the form stays as it is until then.
    if (!named || (await act('setStick', request)) === null) setBusy(false);
  };
  if (busy) return <Busy>{live.restarts}</Busy>;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <TextInput
        size="lg"
        label={live.stationName}
        value={name}
        maxLength={longestName}
        autoComplete="off"
        spellCheck={false}
        error={isName ? null : text.settings.station.nameProblem}
        data-autofocus
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <NativeSelect
        size="lg"
        label={live.timeZone}
        value={timeZone}
        data={[{ value: '', label: live.chooseZone }, 'UTC', ...Intl.supportedValuesOf('timeZone')]}
        onChange={(event) => {
          setTimeZone(event.currentTarget.value);
        }}
      />
      <NativeSelect
        size="lg"
        label={live.keyboard}
        value={keyboard}
        data={Object.entries(liveKeyboards).map(([value, label]) => ({ value, label }))}
        onChange={(event) => {
          setKeyboard(event.currentTarget.value);
        }}
      />
      {timeZone !== '' && <ClockField value={shown} onChange={setCorrected} />}
      <div className="row">
        <Button
          type="submit"
          size="lg"
          variant="filled"
          disabled={timeZone === '' || moment === null || !isName}
        >
          {live.keep}
        </Button>
        <Button size="lg" onClick={onLeave}>
          {live.later}
        </Button>
      </div>
    </form>
  );
}

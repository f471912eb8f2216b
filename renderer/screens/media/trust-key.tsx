import { Button, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import type { AppResponse } from '../../../core/contract/app';
import type { ShownKey } from '../../../core/contract/app-library';
import { dayOf } from '../../../core/base/day';
import { act } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { DetailList, type Detail } from '../../components/details';
import { Mono } from '../../components/mono';
import { useText } from '../../text';

type Offered = NonNullable<AppResponse<'chooseKey'>['offered']>;

/** What people compare, and until when it counts. */
export function keyDetails(
  { kind, key, keyId, until }: ShownKey,
  text: ReturnType<typeof useText>['library']['keys'],
): Detail[] {
  return [
    { name: text.kind, value: text.kinds[kind] },
    { name: text.fingerprint, value: <Mono>{key}</Mono> },
    ...(keyId === null ? [] : [{ name: text.keyId, value: <Mono>{keyId}</Mono> }]),
    ...(until === null
      ? []
      : [{ name: text.until, value: hasEnded(until) ? <strong>{text.ended(until)}</strong> : until }]),
  ];
}

/** @param day of the calendar in UTC, `YYYY-MM-DD` */
function hasEnded(day: string): boolean {
  return day < dayOf(new Date().toISOString());
}

/** A key that was chosen: it is trusted only when somebody names its owner and says that the fingerprint was compared. */
function OfferedKey({
  offered,
  onEnd,
}: {
  readonly offered: Offered;
  readonly onEnd: () => void;
}): ReactElement {
  const text = useText().library.keys;
  const [name, setName] = useState('');
  const { fileName, text: keyText } = offered;
  return (
    <div className="stack sunken">
      <h3 className="anywhere">{text.offered(sanitizeForDisplay(fileName, 200))}</h3>
      <DetailList details={keyDetails(offered, text)} />
      <TextInput
        className="library-reason"
        label={text.name}
        description={text.nameHint}
        value={name}
        maxLength={60}
        autoComplete="off"
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <div className="row">
        <ConfirmButton
          label={text.trust}
          disabled={name.trim() === ''}
          question={text.question(name.trim())}
          yes={text.yes}
          no={text.no}
          onConfirm={() => {
            void act('trustKey', { name: name.trim(), text: keyText }).then((answer) => {
              if (answer !== null) onEnd();
            });
          }}
        />
        <Button onClick={onEnd}>{text.cancel}</Button>
      </div>
    </div>
  );
}

/** The way to trust a key: choose its file, compare, name its owner. */
export function TrustKey(): ReactElement {
  const text = useText().library.keys;
  const [offered, setOffered] = useState<Offered | null>(null);
  if (offered !== null) {
    return (
      <OfferedKey
        offered={offered}
        onEnd={() => {
          setOffered(null);
        }}
      />
    );
  }
  return (
    <div>
      <Button
        leftSection={<IconKey size={20} aria-hidden />}
        onClick={() => {
          void act('chooseKey', {}).then((answer) => {
            setOffered(answer?.offered ?? null);
          });
        }}
      >
        {text.choose}
      </Button>
    </div>
  );
}

import { Button } from '@mantine/core';
import { IconSchool } from '@tabler/icons-react';
import { useMemo, type ReactElement } from 'react';
import { send } from '../../actions';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { drawQrCode } from '../sheet/barcode';

/** The media for practice: offered on training drives only. */
export function UseTrainingMedia(): ReactElement | null {
  const text = useText().media.training;
  const training = useApp(({ station }) => station.benchDirectory !== null);
  if (!training) return null;
  return (
    <Button
      leftSection={<IconSchool size={20} aria-hidden />}
      onClick={() => {
        send('useTrainingMedia', {});
      }}
    >
      {text.use}
    </Button>
  );
}

/** What a sender would put on paper for the media for practice: its SHA-256, to scan from the screen or to type. */
export function TrainingHash(): ReactElement | null {
  const text = useText().media.training;
  const known = useApp(({ station }) => station.trainingMedia);
  const sha256 = known?.sha256 ?? '';
  const picture = useMemo(() => (sha256 === '' ? null : drawQrCode(sha256)), [sha256]);
  if (picture === null) return null;
  return (
    <div className="row training-hash">
      <img className="training-code" src={picture} alt={text.codeOf(sha256)} />
      <div className="stack training-hash-words">
        <p>{text.hash}</p>
        <p className="mono small">{sha256}</p>
      </div>
    </div>
  );
}

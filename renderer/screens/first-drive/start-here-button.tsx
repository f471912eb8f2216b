import { Button } from '@mantine/core';
import { IconListCheck } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { onTrainingBench, startHere } from './first-drive-card';

/** Opens the card that leads through the first drive again. Only on training drives. */
export function StartHereButton(): ReactElement | null {
  const text = useText().firstDrive;
  const training = useApp(onTrainingBench);
  if (!training) return null;
  return (
    <Button
      variant="light"
      leftSection={<IconListCheck size={20} aria-hidden />}
      onClick={() => {
        void startHere();
      }}
    >
      {text.again}
    </Button>
  );
}

import { Button } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { showScreen } from '../store/view-store';

interface ScreenHeadProps {
  readonly title: string;
  readonly intro: string;
  /** Words of the way back to the bench. */
  readonly toBench: string;
}

/** Title of a screen, what it is for, and the way back to the bench. */
export function ScreenHead({ title, intro, toBench }: ScreenHeadProps): ReactElement {
  return (
    <header className="screen-head">
      <div>
        <h1 className="screen-title">{title}</h1>
        <p className="soft">{intro}</p>
      </div>
      <Button
        leftSection={<IconArrowLeft size={20} aria-hidden />}
        onClick={() => {
          showScreen('bench');
        }}
      >
        {toBench}
      </Button>
    </header>
  );
}

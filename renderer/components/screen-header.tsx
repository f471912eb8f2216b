import { Button } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import { showScreen, type Screen } from '../store/view-store';

interface ScreenHeaderProps {
  /** Of the title, where the screen is named by it. */
  readonly id?: string;
  readonly title: string;
  /** What the screen is for. */
  readonly intro?: string;
  /** Buttons. */
  readonly children?: ReactNode;
}

/** Title of a screen, what it is for, and what can be done on it. */
export function ScreenHeader({ id, title, intro, children }: ScreenHeaderProps): ReactElement {
  return (
    <header className="row spread">
      <div>
        <h1 id={id} className="screen-title">
          {title}
        </h1>
        {intro !== undefined && <p className="soft">{intro}</p>}
      </div>
      {children !== undefined && <div className="row">{children}</div>}
    </header>
  );
}

interface BackButtonProps {
  readonly children: string;
  readonly autoFocus?: boolean;
  readonly onBack: () => void;
}

/** The way back to where this screen was opened. */
export function BackButton({ children, autoFocus = false, onBack }: BackButtonProps): ReactElement {
  return (
    <Button leftSection={<IconArrowLeft size={20} aria-hidden />} autoFocus={autoFocus} onClick={onBack}>
      {children}
    </Button>
  );
}

interface BackToScreenProps {
  readonly screen: Screen;
  readonly children: string;
}

/** The way back to another screen. */
export function BackToScreen({ screen, children }: BackToScreenProps): ReactElement {
  return (
    <BackButton
      onBack={() => {
        showScreen(screen);
      }}
    >
      {children}
    </BackButton>
  );
}

import { IconAlertTriangle } from '@tabler/icons-react';
import { useState, type DragEvent, type ReactElement } from 'react';
import { tell } from '../../actions';
import { pathOfFile } from '../../bridge';
import { ScreenHead } from '../../components/screen-head';
import { useApp } from '../../store/app-store';
import { isRunning } from '../../../core/job/job';
import { useText } from '../../text';
import { InsideCard } from './inside-card';
import { MediaCard } from './media-card';
import { AgainCard, LayoutCard, OrderCard } from './order-card';
import './batch.css';

interface DropZone {
  /** A file is held over the screen. */
  readonly over: boolean;
  /** The last drop was none that could be taken. */
  readonly wrong: boolean;
  readonly handlers: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: (event: DragEvent) => void;
    readonly onDrop: (event: DragEvent) => void;
  };
}

/** Takes one file that is dropped anywhere on the screen. */
function useDropZone(): DropZone {
  const [over, setOver] = useState(false);
  const [wrong, setWrong] = useState(false);
  return {
    over,
    wrong,
    handlers: {
      onDragOver: (event) => {
        if (!event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
        setOver(true);
      },
      onDragLeave: (event) => {
        const { relatedTarget, currentTarget } = event;
        if (!(relatedTarget instanceof Node) || !currentTarget.contains(relatedTarget)) setOver(false);
      },
      onDrop: (event) => {
        event.preventDefault();
        setOver(false);
        const [file, ...others] = event.dataTransfer.files;
        const path = file === undefined || others.length > 0 ? '' : pathOfFile(file);
        setWrong(path === '');
        if (path !== '') tell('selectMedia', { path });
      },
    },
  };
}

/** What the drives get: the media, what is in it, and what the record says of the batch. A file can be dropped. */
export function BatchScreen(): ReactElement {
  const text = useText().batch;
  const running = useApp(({ jobs }) => jobs.filter(isRunning).length);
  const { over, wrong, handlers } = useDropZone();
  return (
    <div className="batch" {...handlers}>
      <ScreenHead title={text.title} intro={text.intro} toBench={text.toBench} />
      {running > 0 && <p className="batch-note">{text.running(running)}</p>}
      <div role="alert" className="batch-alert">
        {wrong && (
          <p className="batch-warning">
            <IconAlertTriangle size={20} aria-hidden /> {text.media.dropOne}
          </p>
        )}
      </div>
      <div className="batch-columns">
        <OrderCard />
        <div className="batch-media">
          <MediaCard />
          <InsideCard />
        </div>
        <LayoutCard />
        <AgainCard />
      </div>
      {over && <p className="batch-drop">{text.media.dropHere}</p>}
    </div>
  );
}

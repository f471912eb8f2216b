import { useState, type DragEvent, type ReactElement } from 'react';
import { send } from '../../actions';
import { pathOfFile } from '../../bridge';
import { Notice } from '../../components/notice';
import { ScreenHeader } from '../../components/screen-header';
import { useApp } from '../../store/app-store';
import { isRunning } from '../../../core/job/job';
import { useText } from '../../text';
import { OtherDisk } from '../live/other-disk';
import { ContentsCard } from './contents-card';
import { InsideCard } from './inside-card';
import { DatesCard } from './dates-card';
import { MediaCard } from './media-card';
import { LibraryPanel } from './library-panel';
import { LayoutCard } from './layout-card';
import { LoaderCard } from './loader-card';
import './media.css';

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

/** Takes one file or folder that is dropped anywhere on the screen. */
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
        if (path !== '') send(/\.ya?ml$/i.test(path) ? 'selectRecipe' : 'takeDropped', { path });
      },
    },
  };
}

/** What the drives get: the media and what is in it. A file can be dropped. */
export function MediaScreen(): ReactElement {
  const text = useText().media;
  const running = useApp(({ jobs }) => jobs.filter(isRunning).length);
  const { over, wrong, handlers } = useDropZone();
  return (
    <div className="screen media" {...handlers}>
      <ScreenHeader title={text.title} intro={text.intro} />
      {running > 0 && <Notice tone="info">{text.running(running)}</Notice>}
      <div role="alert" className="live">
        {wrong && <Notice tone="warn">{text.file.dropOne}</Notice>}
      </div>
      <OtherDisk />
      <LibraryPanel />
      <div className="media-columns">
        <div className="stack">
          <MediaCard />
          <DatesCard />
          <LayoutCard />
          <LoaderCard />
        </div>
        <div className="stack">
          <InsideCard />
          <ContentsCard />
        </div>
      </div>
      {over && <p className="media-drop">{text.file.dropHere}</p>}
    </div>
  );
}

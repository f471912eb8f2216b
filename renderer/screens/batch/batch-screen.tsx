import { Button } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useState, type DragEvent, type ReactElement } from 'react';
import { tell } from '../../actions';
import { pathOfFile } from '../../bridge';
import { useDesk } from '../../store/desk-store';
import { isRunning } from '../../store/selectors';
import { showScreen } from '../../store/view-store';
import { useText } from '../../text';
import { InsideCard } from './inside-card';
import { MediaCard } from './media-card';
import { OrderCard } from './order-card';
import './batch.css';

/** What the drives get: the media, what is in it, and what the record says of the batch. A file can be dropped. */
export function BatchScreen(): ReactElement {
  const text = useText().batch;
  const running = useDesk(({ jobs }) => jobs.filter(isRunning).length);
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const [file, ...others] = [...event.dataTransfer.files];
    if (file === undefined || others.length > 0) {
      setProblem(text.media.dropOne);
      return;
    }
    setProblem(null);
    tell('selectMedia', { path: pathOfFile(file) });
  };
  return (
    <section
      className="batch"
      data-over={over}
      aria-labelledby="batch-title"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={drop}
    >
      <div className="batch-head">
        <div>
          <h1 id="batch-title" className="screen-title">
            {text.title}
          </h1>
          <p className="soft">
            {over ? text.media.dropHere : running > 0 ? text.running(running) : text.intro}
          </p>
        </div>
        <Button
          leftSection={<IconArrowLeft size={20} aria-hidden />}
          onClick={() => {
            showScreen('bench');
          }}
        >
          {text.toBench}
        </Button>
      </div>
      {problem !== null && <p className="batch-warning">{problem}</p>}
      <div className="batch-columns">
        <div className="batch-column">
          <MediaCard />
          <InsideCard />
        </div>
        <div className="batch-column">
          <OrderCard />
        </div>
      </div>
    </section>
  );
}

import { Button } from '@mantine/core';
import { IconFolderOpen, IconPackage, IconPrinter } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { send } from '../../actions';
import { PrintLabel } from '../../components/print-label';
import { Mono } from '../../components/mono';
import { Notice } from '../../components/notice';
import { useText } from '../../text';
import { papers, shipStore, showPaper, useShip } from './ship-store';

/** More are in README.txt and on the summary. */
const longestList = 12;

/** Whoever pressed a button far below would not see it. */
function show(report: HTMLElement | null): void {
  report?.scrollIntoView({ block: 'nearest' });
}

function Findings({
  title,
  sentences,
}: Record<'title', string> & Record<'sentences', readonly string[]>): ReactElement | null {
  if (sentences.length === 0) return null;
  return (
    <>
      <p className="toned">{title}</p>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </>
  );
}

/** Where the last bundle is, and what must be said of it. */
export function BundleMade(): ReactElement | null {
  const text = useText().ship;
  const report = useShip((state) => state.report);
  if (report === null) return null;
  const { number, machines, file, withdrawn, doubts, notImported } = report;
  const tone = withdrawn.length > 0 ? 'bad' : doubts.length > 0 ? 'warn' : 'good';
  const left = new Set(notImported.map(({ machineSerial }) => machineSerial)).size;
  return (
    <Notice
      ref={show}
      tone={tone}
      {...(tone === 'good' ? { icon: IconPackage } : {})}
      title={
        <>
          {text.made(number, machines)} <Mono>{file}</Mono>
        </>
      }
      actions={
        <Button
          leftSection={<IconFolderOpen size={20} aria-hidden />}
          onClick={() => {
            send('showBundle', { number });
          }}
        >
          {text.showFolder}
        </Button>
      }
      close={{
        label: text.closeReport,
        onClose: () => {
          shipStore.setState({ report: null });
        },
      }}
    >
      <Findings title={text.withdrawn} sentences={withdrawn} />
      <Findings title={text.doubts} sentences={doubts} />
      <div className="row">
        {papers.map((paper) => (
          <Button
            key={paper}
            variant="light"
            leftSection={<IconPrinter size={20} aria-hidden />}
            onClick={() => void showPaper(number, paper)}
          >
            {text.printPaper[paper]}
          </Button>
        ))}
        <PrintLabel wish={{ of: 'shipment', number }}>{text.labelPrinter}</PrintLabel>
      </div>
      <p>{text.papers}</p>
      {left > 0 && (
        <>
          <p className="soft">{text.notImported(left)}</p>
          <ul className="soft">
            {notImported.slice(0, longestList).map((one) => (
              <li key={`${one.file} ${one.machineSerial}`}>{text.notIn(one)}</li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  );
}

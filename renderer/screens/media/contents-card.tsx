import { Button } from '@mantine/core';
import { IconFileCheck, IconFolderOpen, IconPackages } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { shareText, type ContentsComparison } from '../../../core/contents/compare-contents';
import type { AppResponse } from '../../../core/contract/app';
import { act } from '../../actions';
import { Busy } from '../../components/busy';
import { DetailList } from '../../components/details';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { fileName } from '../../format';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { ContentsTable, type ContentsRow } from './contents-table';

type Listed = AppResponse<'listContents'> & {
  /** Path of the list; null where nothing was compared. */
  readonly list: string | null;
};

function Shares({ comparison }: { readonly comparison: ContentsComparison }): ReactElement {
  const text = useText().media.contents;
  const { fromDrive, fromDistributionPoint, notAskedFor, notCompared } = comparison;
  return (
    <DetailList
      details={[
        { name: text.fromDrive, value: shareText(fromDrive) },
        { name: text.fromDistributionPoint, value: shareText(fromDistributionPoint) },
        { name: text.notAskedFor, value: shareText(notAskedFor) },
        ...(notCompared.packages === 0 ? [] : [{ name: text.notCompared, value: shareText(notCompared) }]),
      ]}
    />
  );
}

function rowsOf({ contents, comparison }: Listed): readonly ContentsRow[] {
  return comparison?.packages ?? contents.packages.map((one) => ({ ...one, state: null }));
}

/** The packages of the media, once somebody asks for them, and how they compare with a list. */
function Contents(): ReactElement {
  const text = useText().media.contents;
  const [listed, setListed] = useState<Listed | null>(null);
  const [busy, setBusy] = useState(false);
  const load = async (list: string | null): Promise<void> => {
    setBusy(true);
    const answer = await act('listContents', { list });
    setBusy(false);
    if (answer !== null) setListed({ ...answer, list });
  };
  const compare = async (kind: 'file' | 'folder'): Promise<void> => {
    const path = (await act('chooseContentsList', { kind }))?.path ?? null;
    if (path !== null) await load(path);
  };
  const rows = listed === null ? [] : rowsOf(listed);
  return (
    <Panel title={text.title}>
      <p className="soft">{text.intro}</p>
      <div className="row">
        <Button
          disabled={busy}
          leftSection={<IconPackages size={20} aria-hidden />}
          onClick={() => void load(null)}
        >
          {text.list}
        </Button>
        <Button
          disabled={busy}
          leftSection={<IconFileCheck size={20} aria-hidden />}
          onClick={() => void compare('file')}
        >
          {text.compareFile}
        </Button>
        <Button
          disabled={busy}
          leftSection={<IconFolderOpen size={20} aria-hidden />}
          onClick={() => void compare('folder')}
        >
          {text.compareLibrary}
        </Button>
      </div>
      <div className="stack" role="status">
        {busy && <Busy>{text.reading}</Busy>}
        {!busy && listed !== null && (
          <>
            {listed.contents.notes.map((note) => (
              <Notice key={note} tone="info">
                {sanitizeForDisplay(note, 400)}
              </Notice>
            ))}
            {listed.comparison !== null && listed.list !== null && (
              <div className="stack">
                <h3>{text.compared(sanitizeForDisplay(fileName(listed.list), 100))}</h3>
                <Shares comparison={listed.comparison} />
              </div>
            )}
          </>
        )}
      </div>
      {!busy && rows.length > 0 && <ContentsTable rows={rows} />}
    </Panel>
  );
}

/** Nothing while no media is known; begins anew with another file or another image. */
export function ContentsCard(): ReactElement | null {
  const media = useApp((state) => ('media' in state.media ? state.media.media : null));
  const imageIndex = useApp(({ batch }) => batch.imageIndex);
  if (media === null) return null;
  return <Contents key={`${media.path} ${imageIndex}`} />;
}

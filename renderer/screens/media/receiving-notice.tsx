import { Button, TextInput } from '@mantine/core';
import { IconFileImport, IconFolderDown } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { formatBytes, sanitizeForDisplay } from '../../../core/base/display';
import type { Receiving } from '../../../core/contract/app-library';
import { assertNever } from '../../../core/base/errors';
import { askFor, findingText } from '../../../core/delivery/findings';
import { act, send } from '../../actions';
import { ErrorCard } from '../../components/error-card';
import { Notice } from '../../components/notice';
import { ProgressBar } from '../../components/progress-bar';
import { fileName, percentOf } from '../../format';
import { useText } from '../../text';
import { useChosenOfLibrary } from './media-path';
import { SaveReceipt } from './save-receipt';
import { TrustKey } from './trust-key';

/** What is being received, or what became of it: a component for each state. */

type Of<S extends Receiving['status']> = Extract<Receiving, { status: S }>;

function shownFolder(path: string): string {
  return sanitizeForDisplay(fileName(path), 200);
}

function CloseIt(): ReactElement {
  const text = useText().library.receiving;
  return (
    <Button
      onClick={() => {
        send('closeReceived', {});
      }}
    >
      {text.close}
    </Button>
  );
}

function Running({ receiving }: { readonly receiving: Of<'running'> }): ReactElement {
  const text = useText().library.receiving;
  const { path, progress, cancelling } = receiving;
  const percent = progress === null ? null : percentOf(progress.done, progress.total);
  const words = progress === null ? text.begins : text.phase(progress.phase);
  return (
    <div className="stack sunken">
      <h3 className="anywhere">{text.running(shownFolder(path))}</h3>
      <p className="row spread">
        <span>{cancelling ? text.cancelling : words}</span>
        {progress !== null && percent !== null && (
          <span aria-live="off">
            {text.progress(percent, formatBytes(progress.done), formatBytes(progress.total))}
          </span>
        )}
      </p>
      <ProgressBar thick label={text.running(shownFolder(path))} percent={percent} />
      <div className="row spread">
        <p className="soft">{text.hint}</p>
        <Button
          disabled={cancelling}
          onClick={() => {
            send('cancelReceive', {});
          }}
        >
          {text.cancel}
        </Button>
      </div>
    </div>
  );
}

function Foreign({ names }: { readonly names: readonly string[] }): ReactElement | null {
  const text = useText().library.receiving;
  if (names.length === 0) return null;
  return <p>{text.foreign(names.map((name) => sanitizeForDisplay(name, 200)).join(', '))}</p>;
}

function Received({ receiving }: { readonly receiving: Of<'received'> }): ReactElement {
  const text = useText().library;
  const isChosen = useChosenOfLibrary()?.sha256 === receiving.sha256;
  const { sha256, here } = receiving;
  const name = sanitizeForDisplay(receiving.name);
  const version = sanitizeForDisplay(receiving.version);
  return (
    <Notice
      tone={here ? 'info' : 'good'}
      title={<h3>{here ? text.receiving.here(name, version) : text.receiving.received(name, version)}</h3>}
      actions={
        <>
          {!isChosen && (
            <Button
              onClick={() => {
                send('chooseFromLibrary', { sha256 });
                send('closeReceived', {});
              }}
            >
              {text.use}
            </Button>
          )}
          <CloseIt />
        </>
      }
    >
      <p>
        {here ? text.receiving.hereHint : text.receiving.receivedHint(sanitizeForDisplay(receiving.signer))}
      </p>
      <Foreign names={receiving.foreignFiles} />
      {receiving.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {sanitizeForDisplay(warning, 400)}
        </Notice>
      ))}
      <SaveReceipt sha256={sha256} />
    </Notice>
  );
}

function Incomplete({ receiving }: { readonly receiving: Of<'incomplete'> }): ReactElement {
  const text = useText().library.receiving;
  const { findings, parts, foreignFiles } = receiving;
  const name = sanitizeForDisplay(receiving.name);
  return (
    <Notice tone="warn" title={<h3>{text.incomplete(name, sanitizeForDisplay(receiving.version))}</h3>}>
      <ul className="bullets anywhere">
        {findings.map((finding) => (
          <li key={finding.part}>{findingText(finding, parts)}</li>
        ))}
      </ul>
      <h4>{text.ask}</h4>
      <ul className="bullets anywhere">
        {findings.map((finding) => (
          <li key={finding.part}>{askFor(finding)}</li>
        ))}
      </ul>
      <Foreign names={foreignFiles} />
      <p>{text.incompleteHint}</p>
      <div className="row">
        <Button
          leftSection={<IconFolderDown size={20} aria-hidden />}
          onClick={() => {
            send('chooseParts', {});
          }}
        >
          {text.more}
        </Button>
        <CloseIt />
      </div>
    </Notice>
  );
}

/** An older media file is received only on purpose, and the purpose is kept. */
function OlderForm(): ReactElement {
  const text = useText().library.receiving;
  const [reason, setReason] = useState('');
  return (
    <form
      className="stack library-reason"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') void act('receiveOlder', { reason });
      }}
    >
      <TextInput
        label={text.reason}
        description={text.reasonHint}
        value={reason}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
      <div className="row">
        <Button type="submit" disabled={reason.trim() === ''}>
          {text.anyway}
        </Button>
        <CloseIt />
      </div>
    </form>
  );
}

/** What can be done about a refusal, and the way to leave it. */
function AfterRefusal({ code }: { readonly code: string }): ReactElement {
  const text = useText().library.receiving;
  if (code === 'delivery-older') return <OlderForm />;
  return (
    <>
      {code === 'delivery-key-unknown' && <TrustKey />}
      <div className="row">
        {code === 'delivery-base-missing' && (
          <Button
            leftSection={<IconFileImport size={20} aria-hidden />}
            onClick={() => {
              send('chooseBase', {});
            }}
          >
            {text.base}
          </Button>
        )}
        <CloseIt />
      </div>
    </>
  );
}

function Refused({ receiving: { path, error } }: { readonly receiving: Of<'refused'> }): ReactElement {
  const text = useText().library.receiving;
  return (
    <div className="stack">
      <p className="anywhere">
        <strong>{text.refusedFolder(shownFolder(path))}</strong>
      </p>
      <ErrorCard error={error} />
      <AfterRefusal code={error.code} />
    </div>
  );
}

export function ReceivingNotice({ receiving }: { readonly receiving: Receiving }): ReactElement {
  switch (receiving.status) {
    case 'running':
      return <Running receiving={receiving} />;
    case 'received':
      return <Received receiving={receiving} />;
    case 'incomplete':
      return <Incomplete receiving={receiving} />;
    case 'refused':
      return <Refused receiving={receiving} />;
    default:
      return assertNever(receiving);
  }
}

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMemo, useState, type ReactElement } from 'react';
import { atEndChoices, atEndSchema } from '../../../core/machine/at-end';
import { diskRuleSchema, longestDiskName, type DiskRule } from '../../../core/drive/disk-rule';
import {
  readHostAndPort,
  stationCode,
  usualAgentPort,
  type RackSettings,
  type StationPlace,
} from '../../../core/settings/rack-settings';
import { act, send } from '../../actions';
import { CheckChoice, Choices } from '../../components/choices';
import { ConfirmButton } from '../../components/confirm-button';
import { DetailList } from '../../components/details';
import { DraftInput } from '../../components/draft-input';
import { ErrorCard } from '../../components/error-card';
import { Mono } from '../../components/mono';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { appState, useApp } from '../../store/app-store';
import { useText } from '../../text';
import { drawQrCode } from '../sheet/barcode';
import { BootForm, HowMachinesStart } from './boot-form';
import { BootStateShown } from './boot-state';

async function change(part: Partial<RackSettings>): Promise<boolean> {
  return (await act('changeSettings', { rack: { ...appState().settings.rack, ...part } })) !== null;
}

/** Switches the rack on and off, and says how machines find it. */
export function ServePanel(): ReactElement {
  const text = useText().machines;
  const { serves, listens, certificate, error, boot } = useApp(({ rack }) => rack);
  const fromNetwork = useApp(({ settings }) => settings.rack.boot.on);
  const starts = boot.service.state === 'starting';
  return (
    <Panel id="machines-rack" title={text.serve.title}>
      {error !== null && <ErrorCard error={error} />}
      <p role="status">{text.serve.serves[serves]}</p>
      {serves === 'starting' && starts ? (
        <BootStateShown />
      ) : listens === null || certificate === null ? (
        <>
          <HowMachinesStart />
          {fromNetwork ? <BootForm /> : <ServeForm />}
        </>
      ) : (
        <>
          <BootStateShown />
          <DetailList
            details={[
              { name: text.serve.listens, value: <Mono>{listens}</Mono> },
              { name: text.serve.certificate, value: <Mono>{certificate}</Mono> },
              {
                name: text.serve.command,
                value: <Mono>{`prestage agent --station ${listens} --fingerprint ${certificate}`}</Mono>,
              },
            ]}
          />
          <p className="soft">{text.serve.commandHint}</p>
          <ForStations station={listens} fingerprint={certificate} />
          {serves === 'here' && (
            <div className="row">
              <ConfirmButton
                label={text.serve.off}
                question={text.serve.offQuestion}
                yes={text.serve.off}
                no={text.serve.offNo}
                onConfirm={() => {
                  send('stopRack', {});
                }}
              />
            </div>
          )}
        </>
      )}
      <RackRules />
    </Panel>
  );
}

/** What another station scans that gets media and disk images from this one. */
function ForStations(place: StationPlace): ReactElement {
  const text = useText().mirror;
  const code = stationCode(place);
  const picture = useMemo(() => drawQrCode(code), [code]);
  return (
    <details>
      <summary>{text.qr}</summary>
      <div className="row">
        <img className="machines-qr" src={picture} alt={text.qrLabel} />
        <p className="soft">{text.qrHint}</p>
      </div>
    </details>
  );
}

function ServeForm(): ReactElement {
  const text = useText().machines.serve;
  const { addresses, serves } = useApp(({ rack }) => rack);
  const kept = useApp(({ settings }) => settings.rack.listen);
  const offered = addresses.map(({ name, address }) => ({
    value: `${address}:${usualAgentPort}`,
    label: text.of(name, `${address}:${usualAgentPort}`),
  }));
  const [typed, setTyped] = useState<string | null>(null);
  const listen = typed ?? kept ?? offered[0]?.value ?? '';
  const isSound = readHostAndPort(listen) !== null;
  return (
    <form
      className="row row-fields"
      onSubmit={(event) => {
        event.preventDefault();
        send('serveRack', { listen, boot: null });
      }}
    >
      {offered.length > 1 && (
        <NativeSelect
          label={text.interface}
          value={offered.some(({ value }) => value === listen) ? listen : ''}
          data={[
            ...(offered.some(({ value }) => value === listen) ? [] : [{ value: '', label: '–' }]),
            ...offered,
          ]}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
          }}
        />
      )}
      <TextInput
        label={text.address}
        description={text.addressHint}
        value={listen}
        error={listen === '' || isSound ? null : text.addressProblem}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: 'mono' }}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
        }}
      />
      <Button type="submit" variant="filled" disabled={!isSound || serves === 'starting'}>
        {text.on}
      </Button>
    </form>
  );
}

/** Who is let in without a code, and which disk of a machine is meant. */
function RackRules(): ReactElement {
  const text = useText().machines.settings;
  const { closedNetwork, disk } = useApp(({ settings }) => settings.rack);
  const atEnd = useApp(({ settings }) => settings.atEnd);
  const set = async (rule: unknown): Promise<boolean> => {
    const parsed = diskRuleSchema.safeParse(rule);
    return parsed.success && (await change({ disk: parsed.data }));
  };
  // Until its text is typed, the rule by name is not set: it is only shown.
  const [naming, setNaming] = useState(false);
  const shown: DiskRule['choose'] = naming ? 'named' : disk.choose;
  return (
    <>
      <CheckChoice
        label={text.closed}
        hint={text.closedHint}
        checked={closedNetwork}
        onCheck={(checked) => void change({ closedNetwork: checked })}
      />
      {closedNetwork && <Notice tone="warn">{text.closedWarning}</Notice>}
      <Choices
        legend={text.disk}
        name="machines-disk"
        hint={text.diskHint}
        value={shown}
        choices={(['only', 'largest-nvme', 'named'] as const).map((choose) => ({
          value: choose,
          ...text.rules[choose],
        }))}
        onChoose={async (choose) => {
          setNaming(choose === 'named');
          return choose === 'named' || (await set({ choose }));
        }}
      />
      {shown === 'named' && (
        <DraftInput
          label={text.name}
          value={disk.choose === 'named' ? disk.name : ''}
          maxLength={longestDiskName}
          check={(name) =>
            diskRuleSchema.safeParse({ choose: 'named', name: name.trim() }).success ? null : text.nameProblem
          }
          onCommit={(name) => set({ choose: 'named', name: name.trim() })}
        />
      )}
      <Choices
        legend={text.atEnd}
        name="machines-at-end"
        hint={text.atEndHint}
        value={atEnd}
        choices={atEndChoices.map((value) => ({ value, ...text.ends[value] }))}
        onChoose={async (value) => {
          const chosen = atEndSchema.safeParse(value);
          return chosen.success && (await act('changeSettings', { atEnd: chosen.data })) !== null;
        }}
      />
    </>
  );
}

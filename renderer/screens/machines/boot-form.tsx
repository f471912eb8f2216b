import { Button, NativeSelect } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import { useEffect, type ReactElement } from 'react';
import { timeouts } from '../../../core/base/timeouts';
import { withImage, type RackSettings } from '../../../core/settings/rack-settings';
import { act, send } from '../../actions';
import { Busy } from '../../components/busy';
import { Choices } from '../../components/choices';
import { ErrorCard } from '../../components/error-card';
import { Mono } from '../../components/mono';
import { appState, useApp } from '../../store/app-store';
import { remedyInApp } from '../../remedy';
import { useText } from '../../text';

async function change(part: Partial<RackSettings['boot']>): Promise<boolean> {
  const { rack } = appState().settings;
  return (await act('changeSettings', { rack: { ...rack, boot: { ...rack.boot, ...part } } })) !== null;
}

/** Whether the station starts the machines itself. */
export function HowMachinesStart(): ReactElement {
  const text = useText().machines.boot;
  const on = useApp(({ settings }) => settings.rack.boot.on);
  return (
    <Choices
      legend={text.how}
      name="machines-start"
      value={on ? 'network' : 'agent'}
      choices={(['network', 'agent'] as const).map((value) => ({ value, ...text.ways[value] }))}
      onChoose={async (value) => await change({ on: value === 'network' })}
    />
  );
}

/** Through which interface machines are started, with which image; and the switch. */
export function BootForm(): ReactElement {
  const words = useText();
  const text = words.machines;
  const { boot, serves } = useApp(({ rack }) => rack);
  const kept = useApp(({ settings }) => settings.rack.boot);
  // A cable that is plugged in now is seen without a press.
  useEffect(() => {
    const look = (): void => {
      send('lookAtInterfaces', {});
    };
    look();
    const timer = setInterval(look, timeouts.driveListing);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const usable = (boot.interfaces ?? []).filter(({ refused }) => refused === null);
  // The only one that can be used is meant, where nobody chose another.
  const chosen = kept.interface ?? (usable.length === 1 ? (usable[0]?.name ?? null) : null);
  const image = kept.images[0] ?? boot.ownImage;
  const isReady = serves === 'off' && image !== null && usable.some(({ name }) => name === chosen);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (image === null || chosen === null) return;
        send('serveRack', { listen: null, boot: { interface: chosen, image } });
      }}
    >
      {boot.problem !== null && <ErrorCard error={boot.problem} />}
      {boot.interfaces === null ? (
        boot.problem === null && <Busy>{text.boot.looks}</Busy>
      ) : (
        <Choices
          legend={text.boot.interface}
          name="machines-interface"
          hint={text.boot.interfaceHint}
          value={chosen ?? ''}
          choices={boot.interfaces.map(({ name, address, prefix, refused }) => ({
            value: name,
            label: text.boot.interfaceOf(name, address, prefix),
            disabled: refused !== null,
            description:
              refused === null ? (
                text.boot.usable
              ) : (
                <>
                  {refused.message} {remedyInApp(refused, words)}
                </>
              ),
          }))}
          onChoose={async (name) => await change({ interface: name })}
        />
      )}
      <BootImage image={image} />
      <div className="row">
        <Button type="submit" variant="filled" disabled={!isReady}>
          {text.boot.on}
        </Button>
        <p className="soft">{text.boot.rights}</p>
      </div>
    </form>
  );
}

/** Which image of Prestage Live machines start: the last one that was chosen, or one from before. */
function BootImage({ image }: { readonly image: string | null }): ReactElement {
  const text = useText().machines.boot;
  const own = useApp(({ rack }) => rack.boot.ownImage);
  const { images } = useApp(({ settings }) => settings.rack.boot);
  const known = own === null || images.includes(own) ? images : [...images, own];
  return (
    <fieldset className="choices">
      <legend>{text.image}</legend>
      <p className="soft choices-hint">{text.imageHint}</p>
      {image === null ? (
        <p>{text.noImage}</p>
      ) : (
        <p className="anywhere">
          <Mono>{image === own ? text.ownImage : image}</Mono>
        </p>
      )}
      <div className="row row-fields">
        {known.length > 1 && (
          <NativeSelect
            label={text.recent}
            value={image ?? ''}
            data={known.map((path) => ({ value: path, label: path === own ? text.ownImage : nameOf(path) }))}
            onChange={(event) => void change({ images: withImage(images, event.currentTarget.value) })}
          />
        )}
        <Button
          leftSection={<IconFolderOpen size={20} aria-hidden />}
          onClick={() => {
            send('chooseBootImage', {});
          }}
        >
          {text.choose}
        </Button>
      </div>
    </fieldset>
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

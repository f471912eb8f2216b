import type { ReactElement, ReactNode } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import type { MachineDetails } from '../../../core/machine/machine';
import { Panel } from '../../components/panel';
import { useApp } from '../../store/app-store';
import { useText, type Text } from '../../text';
import { fitsScreen, ScreenBarcode } from './screen-barcode';
import { useOwnSerial } from './own-state';

interface CodeRowProps {
  readonly name: string;
  readonly code: string;
  /** What the barcode says, where that is shorter and read as the same; else the code. */
  readonly bars?: string;
  readonly note?: string | undefined;
  readonly large?: boolean;
}

/** A value as text, and as a barcode that another station's scanner reads from here. */
function CodeRow({ name, code, bars = code, note, large = false }: CodeRowProps): ReactElement {
  const text = useText().machine;
  return (
    <div className="machine-code" data-bars>
      <dt>
        {name}
        {note !== undefined && <span className="soft"> {note}</span>}
      </dt>
      <dd>
        <span className={large ? 'mono machine-code-large' : 'mono'}>{code}</span>
        {fitsScreen(bars) && <ScreenBarcode code={bars} label={text.barcodeOf(name, code)} />}
      </dd>
    </div>
  );
}

function TextRow({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactElement {
  return (
    <div className="machine-code">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function wordRows(
  { model, systemSku, board, assetTag }: MachineDetails,
  text: Text['machine'],
): (readonly [string, string])[] {
  const rows = [
    [text.model, model],
    [text.sku, systemSku],
    [text.board, board],
    [text.assetTag, assetTag],
  ] as const;
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

/** What the open order says of it; null while none is open. */
function OrderRow({ serial }: { readonly serial: string | null }): ReactElement | null {
  const text = useText().machine;
  const order = useApp((state) => state.order);
  if (order === null || serial === null) return null;
  const line = order.lines.find((one) => one.serial === serial);
  // Of a long order not all lines are told: what is not in it is refused when it is paired.
  if (line === undefined && order.hidden > 0) return null;
  const name = [line?.computerName, line?.replaces].filter((part) => typeof part === 'string').join(', ');
  return (
    <TextRow name={text.order}>
      {line === undefined ? (
        <span className="toned" data-tone="warn">
          {text.notInOrder(order.number)}
        </span>
      ) : (
        text.inOrder(order.number, name)
      )}
    </TextRow>
  );
}

/** Who the machine is: what its firmware tells, and what of that names nothing. */
export function IdentityPanel(): ReactElement {
  const text = useText().machine;
  const own = useApp((state) => state.live.own);
  const { serial, fromLabel } = useOwnSerial();
  const found = own?.found ?? null;
  const { facts = {}, refused = [] } = found ?? {};
  const { macs = [], wifiMacs = [] } = facts;
  return (
    <Panel title={text.identity} className="machine-identity">
      <dl className="machine-codes">
        {serial !== null && (
          <CodeRow name={text.serial} code={serial} note={fromLabel ? text.fromLabel : undefined} large />
        )}
        {wordRows(facts, text).map(([name, value]) => (
          <TextRow key={name} name={name}>
            {value}
          </TextRow>
        ))}
        <OrderRow serial={serial} />
        {macs.map((mac, index) => (
          <CodeRow
            key={mac}
            name={text.mac(index + 1, macs.length)}
            code={mac}
            bars={mac.replaceAll(':', '')}
            note={wifiMacs.includes(mac) ? text.wifi : undefined}
          />
        ))}
      </dl>
      {found === null && (own?.error ?? null) === null && <p className="soft">{text.asking}</p>}
      {found !== null && serial === null && (
        <p className="toned" data-tone="warn">
          {text.noSerial}
        </p>
      )}
      {refused.map((one) => (
        <p key={one.what + one.text} className="soft">
          {text.notUsed({ ...one, text: sanitizeForDisplay(one.text, 60) })}
        </p>
      ))}
    </Panel>
  );
}

/** Its UUID, whose barcode is as wide as the narrowest window. */
export function UuidPanel(): ReactElement | null {
  const text = useText().machine;
  const uuid = useApp(({ live }) => live.own?.found?.facts.uuid ?? null);
  if (uuid === null) return null;
  return (
    <section className="panel surface" aria-label={text.uuid}>
      <dl className="machine-codes">
        <CodeRow name={text.uuid} code={uuid} bars={uuid.replaceAll('-', '')} />
      </dl>
    </section>
  );
}

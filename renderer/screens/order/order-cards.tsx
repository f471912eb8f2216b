import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import type { OrderState } from '../../../core/contract/app-order';
import { isOpen, type OrderLineState } from '../../../core/order/order-state';
import { atStart, sanitizeForDisplay } from '../../../core/base/display';
import { send } from '../../actions';
import { shortHash } from '../../format';
import { ConfirmButton } from '../../components/confirm-button';
import { Counts, type Count } from '../../components/counts';
import { DetailList } from '../../components/details';
import { Mono } from '../../components/mono';
import { Notice } from '../../components/notice';
import { Panel } from '../../components/panel';
import { useText } from '../../text';
import { toneOf } from './order-state-mark';

/** Parts of the order screen while an order is open. */

interface OrderProps {
  readonly order: OrderState;
}

/** In the order in which a machine goes through them. */
const shownCounts = [
  'expected',
  'paired',
  'writing',
  'done',
  'packed',
  'failed',
  'interrupted',
  'left-out',
] as const satisfies readonly OrderLineState[];

/** How many machines are where. */
export function OrderCounts({ order }: OrderProps): ReactElement {
  const text = useText().order;
  const counts = shownCounts.map((state): Count => ({
    name: text.countNames[state],
    number: order.counts[state],
    tone: toneOf(state),
  }));
  const unexpected: Count = {
    name: text.unexpected,
    number: order.unexpected,
    tone: 'warn',
    apart: true,
  };
  return (
    <Counts large label={text.counts} counts={order.unexpected > 0 ? [...counts, unexpected] : counts} />
  );
}

/** What the order says of media and drives. */
export function OrderAsks({ order }: OrderProps): ReactElement {
  const text = useText().order.asks;
  const { mediaSha256, imageIndex, layout, shipBy, firmwareTrust, atEnd, disk, machines } = order;
  const media =
    mediaSha256 === null ? (
      text.any
    ) : (
      <span title={mediaSha256}>
        <Mono>{shortHash(mediaSha256)}</Mono>
      </span>
    );
  return (
    <Panel title={text.title}>
      <DetailList
        details={[
          { name: text.machines, value: machines.toLocaleString('en-GB') },
          { name: text.media, value: media },
          { name: text.image, value: imageIndex === null ? text.any : String(imageIndex) },
          { name: text.layout, value: layout ?? text.any },
          ...(shipBy === null ? [] : [{ name: text.shipBy, value: shipBy }]),
          ...(firmwareTrust === null
            ? []
            : [{ name: text.firmwareTrust, value: text.trusts[firmwareTrust] }]),
          ...(atEnd === null ? [] : [{ name: text.atEnd, value: text.ends[atEnd] }]),
          ...(disk === null ? [] : [{ name: text.disk, value: disk }]),
        ]}
      />
    </Panel>
  );
}

/** More are counted: the list must not push the machines off the screen. */
const shownProblems = 6;

/** What a batch would refuse of the order, or warn of: told before anybody stands at START. */
export function OrderProblems({ order }: OrderProps): ReactElement | null {
  const text = useText().order.problems;
  const { problems } = order;
  const more = problems.length - shownProblems;
  if (problems.length === 0) return null;
  return (
    <Notice tone="warn" title={<h2>{text.title}</h2>}>
      <ul className="bullets">
        {problems.slice(0, shownProblems).map((problem) => (
          <li key={problem}>{atStart(sanitizeForDisplay(problem, 400))}</li>
        ))}
        {more > 0 && <li>{text.more(more)}</li>}
      </ul>
    </Notice>
  );
}

/** Serials that are named beside the button; the others are in the list. */
const namedOpen = 5;

/** Closes the order, or says what is open. */
export function OrderClose({
  order,
  onShowOpen,
}: OrderProps & { readonly onShowOpen: () => void }): ReactElement {
  const { close: text, states } = useText().order;
  const named = order.lines.filter(isOpen).slice(0, namedOpen);
  const more = order.open - named.length;
  return (
    <Panel title={text.title}>
      {order.open === 0 ? (
        <>
          <p>{text.nothingOpen(order.counts.done)}</p>
          <div>
            <ConfirmButton
              label={text.button}
              icon={<IconLock size={20} aria-hidden />}
              question={text.question(order.number)}
              yes={text.yes}
              no={text.no}
              onConfirm={() => {
                send('closeOrder', {});
              }}
            />
          </div>
        </>
      ) : (
        <>
          <p>{text.stillOpen(order.open)}</p>
          <ul className="stack close">
            {named.map(({ serial, state }) => (
              <li key={serial}>
                <Mono>{serial}</Mono> <span className="soft">{states[state]}</span>
              </li>
            ))}
            {more > 0 && <li>{text.more(more)}</li>}
          </ul>
          <div>
            <Button onClick={onShowOpen}>{text.show}</Button>
          </div>
        </>
      )}
    </Panel>
  );
}

import { Button, NativeSelect, TextInput } from '@mantine/core';
import { IconPackageExport } from '@tabler/icons-react';
import { useEffect, useRef, type SyntheticEvent, type ReactElement } from 'react';
import type { WaitingMachine } from '../../../core/contract/app-shipments';
import { forgetScan } from '../../actions';
import { useText } from '../../text';
import { closeShipment, refusalOf, ordersIn, shipmentToClose, shipStore, useShip } from './ship-store';

/** Stands for all orders in the list of choices, where an order's number cannot. */
const all = '\n';

/** Which order is shown, the number, and the button that closes. */
export function ShipForm({ waiting }: { readonly waiting: readonly WaitingMachine[] }): ReactElement {
  const text = useText().ship;
  const state = useShip((all) => all);
  const { order, doing, asksNumber } = state;
  const orders = ordersIn([...waiting]);
  const { ticked, number } = shipmentToClose(state);
  const refusal = refusalOf(ticked, number);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (asksNumber) field.current?.focus();
  }, [asksNumber]);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (refusal !== null || doing !== 'nothing') return;
    void closeShipment(
      ticked.map(({ machineSerial }) => machineSerial),
      number,
    );
  };
  return (
    <form className="row row-fields" onSubmit={submit}>
      {orders.length > 1 && (
        <NativeSelect
          label={text.order}
          value={order ?? all}
          data={[
            { value: all, label: text.allOrders },
            ...orders.map((one) => ({ value: one, label: one === '' ? text.noOrder : one })),
          ]}
          onChange={(event) => {
            const { value } = event.currentTarget;
            shipStore.setState({ order: value === all ? null : value });
          }}
        />
      )}
      <TextInput
        className="ship-number"
        label={text.number}
        placeholder={text.numberHint}
        ref={field}
        value={state.number ?? number}
        error={refusal === 'number-wrong' ? text.numberWrong : null}
        maxLength={40}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          shipStore.setState({ number: event.currentTarget.value });
          forgetScan();
        }}
      />
      <Button
        type="submit"
        variant="filled"
        disabled={refusal !== null || doing !== 'nothing'}
        leftSection={<IconPackageExport size={20} aria-hidden />}
      >
        {text.close(ticked.length)}
      </Button>
      <p className="total" role="status">
        {refusal === 'mixed-orders' ? text.mixed : text.chosen(ticked.length)}
      </p>
    </form>
  );
}

import { Button, Modal, TextInput } from '@mantine/core';
import { IconUser, IconUserQuestion } from '@tabler/icons-react';
import { useEffect, useState, type ReactElement } from 'react';
import { act } from '../actions';
import { useApp } from '../store/app-store';
import { askForOperator, useView } from '../store/view-store';
import { useText } from '../text';

const longest = 200;

/** Who works, at the rail's foot. Pressed, it asks for the name. */
export function OperatorButton(): ReactElement {
  const text = useText().common.operator;
  const operator = useApp(({ batch }) => batch.operator);
  const asked = useView((view) => view.operatorAsked);
  // A badge that is scanned answers the question as well.
  useEffect(() => {
    askForOperator(false);
  }, [operator]);
  return (
    <>
      <button
        type="button"
        className="rail-foot-button rail-operator"
        data-none={operator === ''}
        title={operator === '' ? undefined : text.nameOf(operator)}
        onClick={() => {
          askForOperator(true);
        }}
      >
        {operator === '' ? <IconUserQuestion size={22} aria-hidden /> : <IconUser size={22} aria-hidden />}
        <span className="unseen">{text.region}: </span>
        <span className="rail-operator-name">{operator === '' ? text.none : operator}</span>
      </button>
      {asked && <OperatorDialog first={operator} />}
    </>
  );
}

/** Asks for the name of whoever has no badge at hand. */
function OperatorDialog({ first }: { readonly first: string }): ReactElement {
  const { operator: text, close, cancel } = useText().common;
  const last = useApp(({ batch }) => batch.lastOperator);
  const [name, setName] = useState(first);
  const done = (): void => {
    askForOperator(false);
  };
  const submit = async (): Promise<void> => {
    if (name.trim() === '') return;
    if ((await act('setBatch', { operator: name })) !== null) done();
  };
  return (
    <Modal opened onClose={done} title={text.title} closeButtonProps={{ 'aria-label': close }} size="28rem">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>{text.hint}</p>
        {first === '' && last !== '' && <p className="soft">{text.last(last)}</p>}
        <TextInput
          label={text.name}
          value={name}
          maxLength={longest}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <div className="row">
          <Button type="submit" variant="filled" disabled={name.trim() === ''}>
            {text.use}
          </Button>
          <Button onClick={done}>{cancel}</Button>
        </div>
      </form>
    </Modal>
  );
}

import type { ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { send } from '../../actions';
import { ConfirmButton } from '../../components/confirm-button';
import { DetailList } from '../../components/details';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { keyDetails, TrustKey } from './trust-key';

/** Whose signatures count here. Closed until somebody looks: a key is trusted once for each enterprise. */
export function TrustedKeys(): ReactElement {
  const text = useText().library.keys;
  const keys = useApp(({ library }) => library.keys);
  return (
    <details>
      <summary>{text.title(keys.length)}</summary>
      <div className="stack library-keys">
        <p className="soft">{text.intro}</p>
        {keys.length > 0 && (
          <ul className="stack close">
            {keys.map((key) => {
              const name = sanitizeForDisplay(key.name, 60);
              return (
                <li key={key.key} className="row spread sunken">
                  <div className="stack close">
                    <h3 className="anywhere">{name}</h3>
                    <DetailList details={keyDetails(key, text)} />
                  </div>
                  <ConfirmButton
                    compact
                    label={text.forget}
                    name={text.forgetNamed(name)}
                    question={text.forgetQuestion(name)}
                    yes={text.forgetYes}
                    no={text.forgetNo}
                    onConfirm={() => {
                      send('forgetKey', { name: key.name });
                    }}
                  />
                </li>
              );
            })}
          </ul>
        )}
        <TrustKey />
      </div>
    </details>
  );
}

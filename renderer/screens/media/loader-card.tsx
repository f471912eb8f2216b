import type { ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { PrestageError } from '../../../core/base/errors';
import {
  firmwareDoubts,
  loaderChoices,
  planLoader,
  type LoaderChoice,
  type LoaderPlan,
} from '../../../core/boot/loader-choice';
import type { Bootable } from '../../../core/boot/preflight';
import { act } from '../../actions';
import { Choices } from '../../components/choices';
import { Notice } from '../../components/notice';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';

/** The boot loader of the next drives: what was chosen here, or what the settings say. */
export function useLoaderChoice(): LoaderChoice {
  return useApp(({ batch, settings }) => batch.loader ?? settings.bootLoader.choice);
}

/** What a choice makes of a media file, or why it cannot be had. */
function planned(bootable: Bootable, choice: LoaderChoice): LoaderPlan | PrestageError {
  try {
    return planLoader(bootable, choice);
  } catch (error) {
    if (error instanceof PrestageError) return error;
    throw error;
  }
}

/** Why the machines may not start the drives, or why the chosen loader cannot be had; null when nothing speaks against it. */
export function LoaderDoubts({ bootable }: { readonly bootable: Bootable }): ReactElement | null {
  const choice = useLoaderChoice();
  const trust = useApp(({ order, settings }) => order?.firmwareTrust ?? settings.bootLoader.firmwareTrust);
  const plan = planned(bootable, choice);
  const doubts = plan instanceof PrestageError ? [plan.data.message] : firmwareDoubts(plan, trust);
  if (doubts.length === 0) return null;
  return (
    <Notice tone="warn">
      <ul className="bullets">
        {doubts.map((doubt) => (
          <li key={doubt}>{sanitizeForDisplay(doubt, 500)}</li>
        ))}
      </ul>
    </Notice>
  );
}

/** Which boot loader goes on. Folded, because hardly anybody changes it; open while it is not the media's own. */
export function LoaderCard(): ReactElement {
  const text = useText().media.loader;
  const choice = useLoaderChoice();
  return (
    <details className="surface media-advanced" open={choice !== 'as-is'}>
      <summary>
        <h2>{text.title}</h2>
        <span className="soft">{text.names[choice]}</span>
      </summary>
      <Choices
        legend={text.legend}
        name="media-loader"
        hint={text.hint}
        value={choice}
        choices={loaderChoices.map((value) => ({
          value,
          label: text.names[value],
          description: text.descriptions[value],
        }))}
        onChoose={async (name) => {
          const loader = loaderChoices.find((one) => one === name);
          return loader !== undefined && (await act('setBatch', { loader })) !== null;
        }}
      />
    </details>
  );
}

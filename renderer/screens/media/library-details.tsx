import { useEffect, useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import type { AppResponse } from '../../../core/contract/app';
import { act } from '../../actions';
import { DetailList } from '../../components/details';
import { useText } from '../../text';
import { ContentsTable } from './contents-table';
import { SaveReceipt } from './save-receipt';

/** What the manifest says of the packages and of the deployment. */
export function LibraryDetails({ sha256 }: { readonly sha256: string }): ReactElement | null {
  const text = useText().library;
  const [details, setDetails] = useState<AppResponse<'libraryDetails'> | null>(null);
  useEffect(() => {
    let gone = false;
    void act('libraryDetails', { sha256 }).then((answer) => {
      if (!gone) setDetails(answer);
    });
    return () => {
      gone = true;
    };
  }, [sha256]);
  if (details === null) return null;
  const { packages, settings } = details;
  return (
    <div className="library-details">
      {packages === null ? (
        <p className="soft">{text.noPackages}</p>
      ) : (
        packages.length > 0 && <ContentsTable rows={packages.map((one) => ({ ...one, state: null }))} />
      )}
      <div className="stack">
        <h4>{text.settings}</h4>
        {settings === null ? (
          <p className="soft">{text.noSettings}</p>
        ) : (
          <DetailList
            details={text
              .settingLines(settings)
              .map(([name, value]) => ({ name, value: sanitizeForDisplay(value, 1000) }))}
          />
        )}
        <SaveReceipt sha256={sha256} />
      </div>
    </div>
  );
}

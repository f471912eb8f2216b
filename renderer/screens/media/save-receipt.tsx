import { Button } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { sanitizeForDisplay } from '../../../core/base/display';
import { act } from '../../actions';
import { fileName } from '../../format';
import { useText } from '../../text';

/** Saves the signed receipt, and says where it is. */
export function SaveReceipt({ sha256 }: { readonly sha256: string }): ReactElement {
  const text = useText().library;
  const [saved, setSaved] = useState<string | null>(null);
  const save = async (): Promise<void> => {
    const path = (await act('saveReceipt', { sha256 }))?.path ?? null;
    if (path !== null) setSaved(path);
  };
  return (
    <div className="row">
      <Button size="sm" onClick={() => void save()}>
        {text.receipt}
      </Button>
      <span role="status" className="anywhere">
        {saved !== null && text.receiptSaved(sanitizeForDisplay(fileName(saved), 200))}
      </span>
    </div>
  );
}

import { useEffect, useState, type ReactElement } from 'react';
import { act } from '../actions';
import { useText } from '../text';

/** The last picture of a rehearsal's display, from the state folder. */
export function BootTestPicture({ sha256 }: { readonly sha256: string }): ReactElement | null {
  const text = useText().common;
  const [png, setPng] = useState<string | null | undefined>(undefined);
  useEffect(() => {
    let left = false;
    void act('getPicture', { sha256 }).then((answer) => {
      if (!left) setPng(answer?.png ?? null);
    });
    return () => {
      left = true;
    };
  }, [sha256]);
  if (png === undefined) return null;
  if (png === null) return <p className="soft">{text.pictureGone}</p>;
  return <img className="rehearsal-picture" src={`data:image/png;base64,${png}`} alt={text.pictureOf} />;
}

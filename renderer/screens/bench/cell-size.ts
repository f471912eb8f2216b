import { useLayoutEffect, useState, type RefObject } from 'react';
import type { RackGrid } from '../../../core/drive/rack-shape';
import { densityFor, type Density } from '../../store/selectors';

/** Of the page, in pixels for one rem: large windows have larger letters. */
function rootFontSize(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}

/**
 * How much a card can show, by the room that it has in the window. Known before the first picture is drawn, so that no
 * card changes its shape under somebody's eyes.
 */
export function useDensity(region: RefObject<HTMLElement | null>, { rows, columns }: RackGrid): Density {
  const [density, setDensity] = useState<Density>('normal');
  useLayoutEffect(() => {
    const element = region.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const rem = rootFontSize();
      const { width, height } = element.getBoundingClientRect();
      setDensity(densityFor(width / columns / rem, height / rows / rem));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [region, rows, columns]);
  return density;
}

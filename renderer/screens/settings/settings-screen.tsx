import type { ReactElement } from 'react';
import { ScreenHeader } from '../../components/screen-header';
import { useApp } from '../../store/app-store';
import { useText } from '../../text';
import { ImageDiskSection } from '../live/image-disk';
import { OwnDisksSection, StickSection } from '../live/live-sections';
import { AboutSection, SheetSection, TrainingSection } from './about-sections';
import { BackupSection } from './backup-section';
import { BaysSection } from './bays-section';
import { CacheSection } from './cache-section';
import { CodesSection } from './codes-section';
import { FleetSection } from './fleet-section';
import { BootLoaderSection } from './boot-loader-section';
import { BootTestSection } from './boot-test-section';
import { HealthSection } from './health-section';
import { LabelsSection } from './labels-section';
import { ScannerSection } from './scanner-section';
import './settings.css';
import { ShipmentsSection } from './shipments-section';
import { SupportSection } from './support-section';
import { StationSection } from './station-section';

/** Goes to a part and puts the focus on its title, so that Tab goes on from there. */
function goTo(id: string): void {
  const title = document.getElementById(`${id}-title`);
  title?.setAttribute('tabindex', '-1');
  title?.focus({ preventScroll: true });
  title?.closest('section')?.scrollIntoView();
}

/** What the station can be told. */
export function SettingsScreen(): ReactElement {
  const { settings: text, scannerCheck, health, live, backup } = useText();
  const role = useApp((state) => state.live.live?.role ?? null);
  const open = useApp((state) => state.live.live?.data === 'open');
  const parts = [
    ['settings-station', text.station.title],
    ...(role === null ? [] : [['settings-stick', live.stickTitle] as const]),
    ...(role === 'station' ? [['settings-own-disks', live.ownTitle] as const] : []),
    ...(open ? [['settings-image-disk', live.imagesTitle] as const] : []),
    ['settings-bays', text.bays.title],
    ['settings-codes', text.codes.title],
    ['settings-scanner', scannerCheck.section.title],
    ['settings-health', health.settings.title],
    ['settings-boot-loader', text.bootLoader.title],
    ['settings-rehearsal', text.rehearsal.title],
    ['settings-sheet', text.about.sheet],
    ['settings-labels', text.labels.title],
    ['settings-shipments', text.shipments.title],
    ['settings-cache', text.cache.title],
    ['settings-fleet', text.fleet.title],
    ['settings-training', text.training.title],
    ['settings-backup', backup.title],
    ['settings-support', text.support.title],
    ['settings-about', text.about.title],
  ] as const;
  return (
    <div className="screen settings">
      <ScreenHeader title={text.title} intro={text.intro} />
      <div className="columns settings-columns">
        <nav className="settings-nav" aria-label={text.sections}>
          <ul>
            {parts.map(([id, title]) => (
              <li key={id}>
                <a
                  href={`#${id}`}
                  onClick={(event) => {
                    event.preventDefault();
                    goTo(id);
                  }}
                >
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="stack">
          <StationSection />
          <StickSection />
          <OwnDisksSection />
          <ImageDiskSection />
          <BaysSection />
          <CodesSection />
          <ScannerSection />
          <HealthSection />
          <BootLoaderSection />
          <BootTestSection />
          <SheetSection />
          <LabelsSection />
          <ShipmentsSection />
          <CacheSection />
          <FleetSection />
          <TrainingSection />
          <BackupSection />
          <SupportSection />
          <AboutSection />
        </div>
      </div>
    </div>
  );
}

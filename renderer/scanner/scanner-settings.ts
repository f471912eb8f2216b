import { uncheckedScanner, type ScannerSettings } from '../../core/scan/scanner-settings';
import { appStore } from '../store/app-store';

/** What is known of the scanner, as it is now; nothing before the station was heard. */
export function scannerSettings(): ScannerSettings {
  return appStore.getState().state?.settings.desk.scanner ?? uncheckedScanner;
}

import { uncheckedScanner, type ScannerSettings } from '../../core/scan/scanner-settings';
import { currentAppSettings } from '../screens/settings/app-settings';

/** What is known of the scanner, from the moment in which the check has found it out. */
export function scannerSettings(): ScannerSettings {
  return currentAppSettings()?.scanner ?? uncheckedScanner;
}

import type { KeyObject } from 'node:crypto';
import {
  shipmentManifestSchema,
  unsignedManifestSchema,
  type ShipmentManifest,
  type UnsignedManifest,
} from '../../core/shipment';
import { canonicalJson, sha256Hex } from '../ledger/entry';
import type { Ledger } from '../ledger/ledger';
import { shipmentSignatureHolds } from '../ledger/shipment-signature';

/** `shipment.json`. Signed is the SHA-256 of its canonical JSON (RFC 8785) without the signature. */

const hashOf = (manifest: UnsignedManifest): string => sha256Hex(canonicalJson(manifest));

/** Signs a manifest. */
export function signManifest(facts: UnsignedManifest, ledger: Ledger): ShipmentManifest {
  const manifest = unsignedManifestSchema.parse(facts);
  return shipmentManifestSchema.parse({ ...manifest, signature: ledger.signShipment(hashOf(manifest)) });
}

/** True when the key signed it. */
export function manifestHolds({ signature, ...manifest }: ShipmentManifest, publicKey: KeyObject): boolean {
  return shipmentSignatureHolds(hashOf(manifest), signature, publicKey);
}

/** A document of the bundle as text: canonical JSON and one line feed, so that there is one text for it. */
export function documentText(document: unknown): string {
  return `${canonicalJson(document)}\n`;
}

/**
 * Stands for the package `pdfkit` in the bundles (build/bundle.ts). The package's own way for Node reads the measures of
 * the fonts from files beside it, which a bundle has not; this one carries those that are used.
 */
import { PDFDocument, registerStdFonts } from '../node_modules/pdfkit/js/pdfkit.browser.mjs';
import Courier from '../node_modules/pdfkit/js/standard-fonts/Courier.mjs';
import Helvetica from '../node_modules/pdfkit/js/standard-fonts/Helvetica.mjs';
import HelveticaBold from '../node_modules/pdfkit/js/standard-fonts/HelveticaBold.mjs';

registerStdFonts(Courier, Helvetica, HelveticaBold);

// The package has a default export, so its stand-in has.
export { PDFDocument as default };

/** CON, NUL, COM1 and the like, also with an extension. NTFS takes them; programs on Windows stumble. */
export const deviceName =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\..*)?$/i;

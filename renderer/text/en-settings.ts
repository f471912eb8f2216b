/** Words of the settings screen. */
export const settingsText = { title: 'Settings' };

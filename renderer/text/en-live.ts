/** Words of a station that runs from a stick, and of what hides drives. */
export const liveText = {
  controllers: 'Drives may be hidden',
  controllersBehind: 'Drives behind Intel VMD',
};

/** Resolves when what was set is drawn: before the page is printed, for one. */
export async function drawn(): Promise<void> {
  await new Promise<void>((done) => {
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        done();
      });
    });
  });
}

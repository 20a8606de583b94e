/** What can wait until a person sees what was put on the page. */

/** A page that nobody looks at is not painted. */
const PATIENCE_MS = 1000;

/** Call `then` once what stands now has been painted; gives what takes it back. */
export function afterPaint(then: () => void): () => void {
  let timer = setTimeout(run, PATIENCE_MS);
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    timer = setTimeout(run);
  });
  function run(): void {
    cancelAnimationFrame(frame);
    then();
  }
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

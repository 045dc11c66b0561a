/** Whether the version of the app that this worker is of is still the one that is there. */

/**
 * The name of a worker's script changes with everything that it loads later, so a script that is gone means that what it would load is
 * gone too. `unknown`: nobody answered.
 */
export async function ownScript(): Promise<'there' | 'gone' | 'unknown'> {
  try {
    const { ok, headers } = await fetch(self.location.href, { method: 'GET', cache: 'no-cache' });
    // Some hosts answer a page for what they do not have.
    return ok && headers.get('Content-Type')?.includes('javascript') ? 'there' : 'gone';
  } catch {
    return 'unknown';
  }
}

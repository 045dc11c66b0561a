/** Notes how navigations are answered: a page cannot see that where the browser saves what it does not show. */

interface Navigation {
  request: Request;
  respondWith(answer: Response | Promise<Response>): void;
}
declare const self: { addEventListener(type: 'fetch', listener: (event: Navigation) => void): void };

/** Method, path and status of each that was answered here. */
export const navigations: { method: string; path: string; status: number; problem: string | null }[] = [];

self.addEventListener('fetch', (event) => {
  const { mode, method, url } = event.request;
  if (mode !== 'navigate') return;
  const respondWith = event.respondWith.bind(event);
  const noted = async (answer: Response | Promise<Response>) => {
    const response = await answer;
    const isProblem = response.headers.get('Content-Type') === 'application/problem+json';
    const problem = isProblem ? (await response.clone().json()).type : null;
    navigations.push({ method, path: new URL(url).pathname, status: response.status, problem });
    return response;
  };
  event.respondWith = (answer) => respondWith(noted(answer));
});

import { ask, at, client, eventually, pending, post, send } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

/** Sees that the answer is a problem document of this status and name, and gives it. */
async function problem(answer: Promise<Response>, status: number, name: string) {
  const response = await answer;
  expect(response.status).toBe(status);
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  const body = await response.json();
  expect(body).toHave({ type: `urn:holdfast:problem:${name}`, status, instance: new URL(response.url).pathname });
  expect(typeof body.title, 'the type of the title').toBe('string');
  expect(typeof body.detail, 'the type of the detail').toBe('string');
  return { body, response };
}

test('what is not there is a 404 problem', async () => {
  for (const path of ['tasks/none', 'tasks/none/stream', 'tasks/none/log', 'tasks/none/result', 'files/none'])
    await problem(ask(path), 404, 'not-found');
  await problem(post('tasks/none/cancel'), 404, 'not-found');
  await problem(send('DELETE', 'tasks/none'), 404, 'not-found');
  await problem(ask('tasks/none/of/this'), 404, 'not-found');
});

test('a method that a resource does not take is 405 with Allow', async () => {
  const allowed: Record<string, string> = {
    tasks: 'HEAD, GET, POST, DELETE',
    'tasks/x/pause': 'POST',
    'tasks/x/stream': 'HEAD, GET',
    'openapi.json': 'HEAD, GET',
    submit: 'POST',
  };
  for (const [path, allow] of Object.entries(allowed)) {
    const { response } = await problem(send('PUT', path), 405, 'method-not-allowed');
    expect(response.headers.get('Allow'), `Allow of ${path}`).toBe(allow);
  }
});

test('a body that is not JSON is 400 with the position', async () => {
  const broken = (body: string) =>
    ask('tasks', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  expect((await problem(broken('{"type": oops}'), 400, 'bad-request')).body.position).toBe(9);
  expect((await problem(broken(''), 400, 'bad-request')).body.position).toBe(0);
  expect((await problem(broken('[1, 2'), 400, 'bad-request')).body.position).toBe(5);
});

test('a body of another type, or of none, is 415', async () => {
  const body = JSON.stringify({ type: 'countdown' });
  await problem(ask('tasks', { method: 'POST', body }), 415, 'unsupported-media-type');
  await problem(ask('tasks', { method: 'POST', body: new Blob([body]) }), 415, 'unsupported-media-type');
  await problem(
    ask('tasks', { method: 'POST', body: new URLSearchParams({ type: 'countdown' }) }),
    415,
    'unsupported-media-type',
  );
});

test('a JSON body over 1 MiB is 413', async () => {
  const draft = { type: 'countdown', input: { steps: 1, note: 'x'.repeat(1024 * 1024) } };
  await problem(post('tasks', draft), 413, 'payload-too-large');
});

test('input that does not fit is 422 with the place of each error', async () => {
  const draft = { type: 'countdown', priority: 1.5, tags: [''], surprise: true };
  const { body } = await problem(post('tasks', draft), 422, 'invalid-input');
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
    '/priority',
    '/surprise',
    '/tags/0',
  ]);
  const input = await problem(post('tasks', { type: 'countdown', input: { steps: 'x' } }), 422, 'invalid-input');
  expect(input.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/input/steps']);
});

test('a task that depends on one that is not there is 422', async () => {
  const { body } = await problem(post('tasks', { type: 'countdown', depends_on: ['none'] }), 422, 'invalid-input');
  expect(body.errors[0].pointer).toBe('/depends_on/0');
});

test('an unknown query value is 400', async () => {
  for (const query of ['status=sleeping', 'limit=0', 'limit=501', 'limit=x', 'page=', 'color=red'])
    await problem(ask(`tasks?${query}`), 400, 'bad-request');
  const { task_id } = await pending();
  await client.cancel(task_id);
  await problem(ask(`tasks/${task_id}/log?after=-1`), 400, 'bad-request');
  await problem(post(`tasks/${task_id}/retry?from=middle`), 400, 'bad-request');
});

test('a bulk request without a filter is 400', async () => {
  await problem(post('tasks/cancel'), 400, 'bad-request');
  await problem(send('DELETE', 'tasks'), 400, 'bad-request');
  await problem(send('DELETE', 'tasks?all=perhaps'), 400, 'bad-request');
});

test('a setting that is none, or has no sense, is 422 and changes nothing', async () => {
  const before = await client.settings();
  await problem(send('PATCH', 'tasks/settings', { max_streams: 0 }), 422, 'invalid-input');
  await problem(send('PATCH', 'tasks/settings', { surprise: 1 }), 422, 'invalid-input');
  expect(await client.settings()).toEqual(before);
});

test('a form that posts to the tasks as a navigation is refused with 403', async (check) => {
  const before = (await client.list()).counts;
  const frame = document.createElement('iframe');
  frame.name = 'target';
  document.body.append(frame);
  const form = document.createElement('form');
  Object.assign(form, { method: 'post', action: at('submit'), target: 'target' });
  document.body.append(form);
  check.after(() => frame.remove());
  check.after(() => form.remove());
  form.submit();
  // A browser that cannot show the problem saves it, and the frame never hears of it.
  const posts = async () =>
    (await (await ask('wire/navigations')).json()).filter(({ method }: { method: string }) => method === 'POST');
  await eventually(check, async () => (await posts()).length > 0);
  expect(await posts()).toEqual([
    {
      method: 'POST',
      path: new URL(at('submit')).pathname,
      status: 403,
      problem: 'urn:holdfast:problem:forbidden',
    },
  ]);
  expect((await client.list()).counts, 'the counts').toEqual(before);
});

test('what is not ours goes to the server as it came', async () => {
  for (const path of ['nobody.txt', 'taskss', 'frames/tasks', 'tasks.json', 'streams']) {
    const answer = await ask(path);
    expect(answer.status, `the status of ${path}`).toBe(404);
    expect(answer.headers.get('Content-Type'), `the type of ${path}`).toMatch(/^(?!application\/problem\+json)/);
  }
  const page = await ask('frame.html');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<script');
});

test('a path that is not percent-encoded UTF-8 is a problem, not an error', async () => {
  const { task_id } = await pending();
  await client.cancel(task_id);
  const response = await ask(`tasks/${task_id}/files/%ff`);
  expect(response.status).toBeBelow(500);
  expect(response.status).toBeAtLeast(400);
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
});

/** A Chromium that nothing watches: it discards no tab that a debugger is attached to, and Playwright attaches to all of them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { chromium, type LaunchOptions } from '@playwright/test';

interface Answer {
  id?: number;
  error?: { message: string };
  result?: { targetId?: string; sessionId?: string; result?: { value?: unknown }; exceptionDetails?: object };
}

export type Tab = Awaited<ReturnType<Awaited<ReturnType<typeof bareBrowser>>['tab']>>;

export async function bareBrowser(
  profile: string,
  { executablePath = chromium.executablePath(), args = [], chromiumSandbox }: LaunchOptions,
) {
  const own = ['--headless=new', '--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(executablePath, [...args, ...(chromiumSandbox ? [] : ['--no-sandbox']), ...own], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const [, , , commands, answers] = child.stdio;
  if (!(commands instanceof Writable && answers instanceof Readable)) throw new Error('The browser has no pipe.');
  const pipe: Writable = commands;
  const waiting = new Map<number, (answer: Answer) => void>();
  let text = '';
  answers.setEncoding('utf8').on('data', (data) => {
    const messages = `${text}${data}`.split('\0');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const answer: Answer = JSON.parse(message);
      if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
    }
  });
  let sent = 0;

  async function send(method: string, params: object, sessionId?: string): Promise<NonNullable<Answer['result']>> {
    sent += 1;
    const id = sent;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    pipe.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { error, result = {} } = await answered;
    waiting.delete(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  return {
    async tab(url: string) {
      const { targetId } = await send('Target.createTarget', { url });
      return {
        /** Attached only for as long as it takes. */
        async evaluate<A, R>(work: (arg: A) => R | Promise<R>, arg: A): Promise<R> {
          const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
          const expression = `(${work})(${JSON.stringify(arg)})`;
          const options = { expression, awaitPromise: true, returnByValue: true };
          const { result, exceptionDetails } = await send('Runtime.evaluate', options, sessionId);
          await send('Target.detachFromTarget', { sessionId });
          if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
          return result?.value as R;
        },
        bringToFront: () => send('Target.activateTarget', { targetId }),
      };
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

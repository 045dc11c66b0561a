/** What the server and its workers share: the queue's name, the address of Redis, the job that does nothing. */
export const QUEUE = 'race';
export const connection = { host: '127.0.0.1', port: Number(process.env.REDIS_PORT) };
export const clock = () => performance.timeOrigin + performance.now();

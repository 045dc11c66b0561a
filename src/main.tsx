import { connect } from './client/index.ts';

const client = await connect();
client.startExecutor();
Object.assign(globalThis, { holdfast: client });
document.title = 'ready';

import { connect } from '../../../src/client/index.ts';

const client = await connect();
client.startExecutor();
Object.assign(globalThis, { holdfast: client });

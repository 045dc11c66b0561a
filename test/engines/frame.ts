/** Another page of the app: it connects, and runs tasks. */
import { connect } from '../../src/client/index.ts';

window.connected = connect({ timeout_ms: 60_000 }).then((client) => {
  client.startExecutor();
  return client;
});

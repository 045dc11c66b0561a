/** Runs in the page: how much this origin stores, and which locks it has. */
export async function storedIn() {
  const { held, pending } = await navigator.locks.query();
  /** @type {StorageEstimate & { usageDetails?: Record<string, number> }} */
  const { usageDetails } = await navigator.storage.estimate();
  return {
    locks: { held: held?.length ?? 0, pending: pending?.length ?? 0 },
    // As the browser tells it; what it does not tell is no number, and the report fails.
    indexedDB: usageDetails?.indexedDB ?? Number.NaN,
    stores: await stores(),
    opfs: await sizeOf(await navigator.storage.getDirectory()),
  };

  /**
   * What is in the database, whatever the browser takes up for it.
   *
   * @returns {Promise<Record<string, { rows: number, bytes: number }>>} by store
   */
  async function stores() {
    /** @type {Record<string, { rows: number, bytes: number }>} */
    const found = {};
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith('holdfast:/')) continue;
      const db = await settled(indexedDB.open(name));
      const names = [...db.objectStoreNames];
      const tx = db.transaction(names);
      for (const store of names) {
        const rows = await settled(tx.objectStore(store).getAll());
        found[store] = { rows: rows.length, bytes: bytesOf(rows) };
      }
      db.close();
    }
    return found;
  }

  /**
   * About as many as they take to store.
   *
   * @param {unknown} value
   * @returns {number}
   */
  function bytesOf(value) {
    if (typeof value === 'string') return value.length;
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength;
    if (value instanceof Blob) return value.size;
    if (typeof value !== 'object' || value === null) return 8;
    return Object.entries(value).reduce((sum, [key, one]) => sum + key.length + bytesOf(one), 0);
  }

  /**
   * @template T
   * @param {IDBRequest<T>} request
   * @returns {Promise<T>}
   */
  function settled(request) {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }

  /** @param {FileSystemDirectoryHandle} folder */
  async function sizeOf(folder) {
    const sum = { files: 0, bytes: 0 };
    for await (const entry of folder.values()) {
      if (entry.kind === 'file') {
        sum.files += 1;
        sum.bytes += (await entry.getFile()).size;
      } else {
        const { files, bytes } = await sizeOf(entry);
        sum.files += files;
        sum.bytes += bytes;
      }
    }
    return sum;
  }
}

/** Runs in the page: how much this origin stores, and which locks it has. */
export async function storedIn() {
  const { held, pending } = await navigator.locks.query();
  /** @type {StorageEstimate & { usageDetails?: Record<string, number> }} */
  const { usageDetails } = await navigator.storage.estimate();
  return {
    locks: { held: held?.length ?? 0, pending: pending?.length ?? 0 },
    // What is not told is no number, and the report says so.
    indexedDB: usageDetails?.indexedDB ?? Number.NaN,
    rows: await rows(),
    opfs: await sizeOf(await navigator.storage.getDirectory()),
  };

  /** @returns {Promise<Record<string, number>>} by store */
  async function rows() {
    /** @type {Record<string, number>} */
    const counts = {};
    for (const { name } of await indexedDB.databases()) {
      if (!name?.startsWith('holdfast:/')) continue;
      const db = await settled(indexedDB.open(name));
      const names = [...db.objectStoreNames];
      const tx = db.transaction(names);
      for (const store of names) counts[store] = await settled(tx.objectStore(store).count());
      db.close();
    }
    return counts;
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

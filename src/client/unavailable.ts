/** Why there are no tasks here. */
export class Unavailable extends Error {
  override name = 'Unavailable';
  constructor(
    readonly reason: 'insecure' | 'no-service-worker' | 'no-storage' | 'not-controlled',
    message: string,
  ) {
    super(message);
  }
}

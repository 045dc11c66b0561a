/** A packed file that is broken or cut off. What is before the damage may be of use. */
export class Damaged extends Error {
  override name = 'Damaged';
  /** `why`: what is wrong, and at which byte. */
  constructor(
    file: string,
    readonly why: string,
    options?: ErrorOptions,
  ) {
    super(`${file}: ${why}`, options);
  }
}

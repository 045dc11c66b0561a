import { wireWords } from './words.ts';

/** What would show as nothing, or as something else than it is: control characters, marks that turn the direction of writing, and their like. */
const HIDDEN = /((?![\n\t])[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff])/u;

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Text from anywhere, with each hidden character named. */
export function VisibleText({ text }: { text: string }) {
  // With a group in it, every second part is what was looked for.
  const parts = text.split(HIDDEN);
  if (parts.length === 1) return <>{text}</>;
  return (
    <>
      {parts.map((part, i) =>
        i % 2 === 0 ? (
          part
        ) : (
          <span key={i} class="hidden-character" title={wireWords().frames.control(codeOf(part))}>
            {codeOf(part)}
          </span>
        ),
      )}
    </>
  );
}

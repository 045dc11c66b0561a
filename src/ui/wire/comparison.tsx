import { CodedText } from './coded-text.tsx';
import { wireWords } from './words.ts';

/** SSE, polling and WebSocket: what each is for. */
export function Comparison() {
  const texts = wireWords().lessons.comparison;
  return (
    <div class="lesson stack">
      <h2 id="comparison">{texts.title}</h2>
      <p>{texts.about}</p>
      <section
        class="scrolls"
        aria-labelledby="comparison"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard, in Safari as well
        tabIndex={0}
      >
        <table class="comparison">
          <thead>
            <tr>
              <th scope="col">{texts.question}</th>
              <th scope="col">SSE</th>
              <th scope="col">{texts.polling}</th>
              <th scope="col">WebSocket</th>
            </tr>
          </thead>
          <tbody>
            {texts.rows.map(({ what, sse, polling, websocket }) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                {[sse, polling, websocket].map((text) => (
                  <td key={text}>
                    <CodedText text={text} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

import { algorithmNames } from './algorithm-names.ts';
import type { Field } from './form-fields.ts';
import { strings } from './strings.ts';

/** One question of a form, with what the answer may be. */
export function FieldControl({ field }: { field: Field }) {
  const { name, label, about, required, control, initial } = field;
  const id = `field-${name}`;
  const isOptional = !required && initial === '' && control.kind !== 'switch';
  if (control.kind === 'switch') {
    return (
      <div class="field">
        <label class="check">
          <input type="checkbox" name={name} defaultChecked={initial === 'on'} aria-describedby={`${id}-about`} />
          {label}
        </label>
        <p id={`${id}-about`} class="soft small">
          {about}
        </p>
      </div>
    );
  }
  return (
    <div class="field">
      <label for={id}>
        {label} {isOptional && <span class="soft small">{strings.start.optional}</span>}
      </label>
      <Answer field={field} id={id} />
      <p id={`${id}-about`} class="soft small">
        {about}
      </p>
    </div>
  );
}

function Answer({ field: { name, required, control, initial }, id }: { field: Field; id: string }) {
  const common = { id, name, required, 'aria-describedby': `${id}-about` };
  switch (control.kind) {
    case 'choice':
      return (
        <select {...common}>
          {!required && initial === '' && <option value="" />}
          {control.options.map((option) => (
            <option key={option} value={option} selected={option === initial}>
              {algorithmNames[option] ?? strings.options[option] ?? option}
            </option>
          ))}
        </select>
      );
    case 'number':
      return (
        <input
          {...common}
          type="number"
          defaultValue={initial}
          step={control.whole ? 1 : 'any'}
          {...(control.min === undefined ? {} : { min: control.min })}
          {...(control.max === undefined ? {} : { max: control.max })}
        />
      );
    case 'text':
      return (
        <input
          {...common}
          type="text"
          defaultValue={initial}
          autocomplete="off"
          spellcheck={false}
          {...(control.longest === undefined ? {} : { maxLength: control.longest })}
        />
      );
    default:
      return <textarea {...common} rows={4} defaultValue={initial} spellcheck={false} />;
  }
}

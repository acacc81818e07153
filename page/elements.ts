/** Elements with text as text: nothing that comes from a dump is ever read as HTML. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: { readonly className?: string; readonly text?: string; readonly title?: string } = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (properties.className !== undefined) element.className = properties.className;
  if (properties.text !== undefined) element.textContent = visible(properties.text);
  if (properties.title !== undefined) element.title = visible(properties.title);
  element.append(...children);
  return element;
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Control and direction characters as escapes. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

/** Options side by side of which one is chosen. */
export function choice(label: string, names: readonly string[], chosen: number, onChoose: (index: number) => void): HTMLElement {
  const group = make('fieldset', { className: 'choice' }, make('legend', { text: label }));
  for (const [index, name] of names.entries()) {
    const input = make('input');
    input.type = 'radio';
    input.name = `choice-${label}`;
    input.checked = index === chosen;
    input.addEventListener('change', () => onChoose(index));
    group.append(make('label', {}, input, make('span', { text: name })));
  }
  return group;
}

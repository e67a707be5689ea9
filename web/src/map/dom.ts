type Child = Node | string | number | null | undefined | false;

/**
 * Makes an element: `on…` properties are listeners, `aria-…`, `data-…` and the like attributes, and all others
 * properties.
 */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Record<string, unknown> = {}, ...children: (Child | Child[])[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener);
    else if (name.includes('-') || !(name in element) || name === 'list') element.setAttribute(name, String(value === true ? '' : value));
    else Object.assign(element, { [name]: value });
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false).map((child) => typeof child === 'number' ? String(child) : child as Node | string));
  return element;
}

export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found as T;
}

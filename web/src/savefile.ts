/** Saves a text as a file on the reader's computer. */
export function saveFile(name: string, type: string, content: string | Blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  // The browser must have started reading before the address is revoked.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

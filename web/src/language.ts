/** The language of a page whose address names none. */
export const preferredLanguage = navigator.language.startsWith('id') ? 'id' : 'en';

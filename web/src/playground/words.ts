// The texts of the playground's own bar. GraphiQL itself speaks English only.

const en = {
  title: 'Sentra playground', playground: 'playground',
  examples: 'Example queries', choose: 'Examples, from simple to hard …',
  share: 'Share link', copied: 'Link copied', inAddress: 'The link is in the address bar',
  csv: 'Answer as CSV', geojson: 'Answer as GeoJSON', noGeometry: 'The answer has no boundary and no point',
};

const id: typeof en = {
  title: 'Playground Sentra', playground: 'playground',
  examples: 'Contoh kueri', choose: 'Contoh, dari yang mudah hingga yang sulit …',
  share: 'Bagikan tautan', copied: 'Tautan disalin', inAddress: 'Tautan ada di bilah alamat',
  csv: 'Jawaban sebagai CSV', geojson: 'Jawaban sebagai GeoJSON', noGeometry: 'Jawaban tidak memuat batas wilayah maupun titik',
};

/** The language that the address names, else the browser's if it is Indonesian. */
export const lang: 'en' | 'id' = (new URLSearchParams(location.search).get('lang') ?? navigator.language).startsWith('id') ? 'id' : 'en';
export const words = lang === 'id' ? id : en;

// The page's words, in English and Indonesian.

const en = {
  title: 'Sentra: Indonesia’s small-industry clusters on a map',
  tagline: 'Indonesia’s small-industry clusters, and why they are there',
  language: 'Language', theme: 'Colours', themeSystem: 'Auto', themeLight: 'Light', themeDark: 'Dark',
  playground: 'Playground', skip: 'Skip to the table', openFull: 'Open the full map', loading: 'Loading …',
  search: 'Search a region, cluster or product', searchNone: 'Nothing found', searchFilter: (text: string) => `Only names with “${text}”`,
  kindRegion: 'region', kindCluster: 'cluster', kindProduct: 'product',
  filters: 'Filters', filtersSet: (n: number) => n === 1 ? '1 filter' : `${n} filters`, clear: 'Clear all', any: 'Any',
  phase: 'Phase', product: 'Product', affirmative: 'Affirmative', initialTarget: 'Initial target', programme: 'Of the programme', hosts: 'Hosts clusters', province: 'Province', text: 'Name holds',
  anyAffirmative: 'Affirmative, any kind', holdsAffirmative: 'Holds an affirmative regency', holdsHostingAffirmative: 'Holds an affirmative regency that hosts', holdsAny: 'Yes, of any kind', holdsNone: 'Known to hold none', onlyDisadvantaged: 'Disadvantaged', onlyBorder: 'Border', notAffirmative: 'Known not to be', yes: 'Yes', no: 'No',
  allProvinces: 'All provinces', notOnDay: (name: string) => `${name} (not on this day)`,
  area: 'Area', areaNone: 'None', areaBox: 'Box', areaPolygon: 'Polygon', areaCircle: 'Radius', draw: 'Draw on the map', drawing: 'Drawing …', finish: 'Finish', cancel: 'Cancel', removeArea: 'Remove the area',
  areaHint: 'Regions that touch the area, clusters that lie in it.',
  boxHint: 'Click two opposite corners on the map, or type them.', polygonHint: 'Click the corners on the map, then Finish; or type them.', circleHint: 'Click the centre and then the rim on the map, or type them.',
  west: 'West', south: 'South', east: 'East', north: 'North', lon: 'Longitude', lat: 'Latitude', radiusKm: 'Radius, km', corners: 'Corners: longitude,latitude, one a line', apply: 'Apply', areaWrong: 'These are no coordinates of an area: longitude -180 to 180, latitude -90 to 90.',
  clusters: 'Clusters', regencies: 'Regencies & cities', provinces: 'Provinces', listOf: 'List of',
  counted: { clusters: (n: number) => n === 1 ? '1 cluster' : `${grouped(n, 'en')} clusters`, regencies: (n: number) => n === 1 ? '1 regency or city' : `${n} regencies and cities`, provinces: (n: number) => n === 1 ? '1 province' : `${n} provinces` },
  severalPlaces: 'Several places', noneKnown: 'None known', inferred: 'inferred', partial: 'from a text cut short', howKnown: (n: number, all: number, how: string) => `${n === all ? '' : `${n} of ${grouped(all, 'en')}: `}${how}`,
  openingTitle: 'Questions to begin with', openingDay: (day: string) => `You see ${day}, the last day for which a complete list of disadvantaged regions is loaded.`, seeToday: 'See today',
  asksTitle: (day: string) => `Which affirmative regions hosted the programme’s clusters on ${day}?`, asksCountry: (day: string) => `… and which hosted any known cluster, on ${day}?`,
  asksProduct: (product: string) => `Where do the clusters of ${product} stand?`, asksBorder: 'In which border regions is no cluster known?', asksPapua: 'How did Papua change in 2022?',
  onDay: (day: string) => `on ${day}`, moreNotCovered: (n: number) => `${n} more cannot be judged: no list loaded covers them on that day`,
  notThere: (day: string) => `Not there on ${day}`,
  nothing: 'None is known to match these filters on this day.', failed: 'Could not load the answer:', unreachable: 'the server cannot be reached.', retry: 'Try again', retrying: 'It is tried again by itself.',
  loadingDay: (day: string) => `Loading ${day} …`, mapNotLoaded: (day: string) => `The map for ${day} could not be loaded.`, mapPartly: (day: string) => `Parts of the map for ${day} could not be loaded.`, mapNothing: 'Nothing to show for this address.', mapCode: 'The map could not be loaded.', reload: 'Reload the page',
  downloadFailed: 'The file could not be loaded: the server cannot be reached.', downloadOff: 'Files can be downloaded once the list is loaded.',
  refusedTitle: 'This address asks for something that cannot be answered', refusedNote: 'Not understood in the address, and left out:', refusedDay: (value: string) => `“${value}” is not a day. A day is written like 2017-12-25.`, refusedOther: (name: string, value: string) => `“${name}=${value}” is not understood.`, withoutIt: 'Show without it',
  beforeRecordTitle: (day: string) => `There is no answer for ${day}`, kindTooFine: 'Of a province it can be told whether it holds an affirmative regency, and of which kind one is that hosts clusters; not of which kind others are.', anyKind: 'Any kind', thatHost: 'Only those that host clusters', notThisDay: 'not a day',
  phaseNotBegun: (day: string) => `Its phase had not begun by ${day}.`,
  notKnownYet: (day: string) => `Whether it was there on ${day} is not known.`, planned: 'Planned', existing: 'Not of the programme', firstYear: 'Since', figures: 'Figures', units: 'units', workers: 'workers', readThere: 'What was read',
  name: 'Name', place: 'Place', kind: 'Kind', clusterCount: 'Clusters', status: 'Affirmative', areaKm2: 'Area, km²', affirmativeRegencies: 'Affirmative regencies', inThem: 'Clusters in them', notJudged: (n: number) => `${n} not covered`, atLeast: (n: number) => `${n} or more`,
  download: 'Download', showQuery: 'Show me the query', share: 'Copy link', shared: 'Link copied', embed: 'Embed', zoomTo: 'Zoom to it',
  YES: 'Yes', NO: 'No', NOT_COVERED: 'Not covered',
  DISADVANTAGED: 'Disadvantaged', BORDER: 'Border', BOTH: 'Disadvantaged and border',
  PROVINCE: 'Province', REGENCY: 'Regency', CITY: 'City',
  LISTED: 'read in a published list', INFERRED: 'follows from totals or the law’s scope', PARTIAL: 'from a text cut short',
  legend: 'Legend', colourBy: 'Colour by', byAffirmative: 'Affirmative status', byCount: 'Number of clusters',
  legendNo: 'Known not to be', legendNotCovered: 'Not covered: no loaded list tells', legendPoint: (key: string) => `Cluster, phase ${key}`, legendOther: 'Other clusters; a number: so many known in the regency or city', legendPlanned: 'Clusters that are only planned',
  groups: { TEXTILE: 'Textiles', FOOD: 'Food', WOOD: 'Wood, fibre', METAL: 'Metal', CLAY_STONE: 'Clay, stone', LEATHER: 'Leather', OTHER: 'Other, mixed' },
  more: (n: number, all: string) => `Show ${n} more of ${all}`, legendApproximate: 'Regency or city known, not the spot',
  countZero: 'None', countOne: '1', countTwo: '2', countMore: '3 or more', countNoData: 'Cannot be told', countMatching: 'Clusters that match the filters', 
  day: 'Day', today: 'Today', play: 'Play', pause: 'Pause', previous: 'To the change before', next: 'To the next change', timeline: (day: string) => `Day, from ${day} to today`,
  beforeRecord: (day: string) => `The record begins on ${day}; before it nothing is known.`, toRecord: (day: string) => `Go to ${day}`,
  notCoveredDay: (day: string) => `The last complete list before this day ended on ${day}, and none that is loaded is known to be in force on it: whether a region is disadvantaged is not known.`, partlyCoveredDay: (regulation: string) => `Only part of the list of ${regulation} is loaded: the regencies on that part are disadvantaged; of other regencies it is not known.`, notCoveredBefore: (day: string) => `No list before ${day} is loaded: whether a region is disadvantaged is not known.`, toDay: (day: string) => `See ${day}`,
  recordBegins: 'The record of regions begins', phaseBegins: (key: string) => `Phase ${key} of the programme begins`, listBegins: (regulation: string) => `${regulation}: list of disadvantaged regions`, listEnds: (regulation: string) => `The list of ${regulation} has ended`,
  borderBegins: (regulation: string) => `${regulation}: border regions named`, split: (from: string, to: string) => `${from} is split: ${to}`, announced: (publisher: string) => `${publisher}: the clusters are announced`,
  close: 'Close', code: 'Code', parent: 'Province', areaOf: 'Area', squareKm: 'km²', founded: 'Made from', splitInto: 'Split into', law: 'Law', reason: 'Why', regulation: 'Regulation', since: 'since', until: 'until', confidence: 'How it is known', across: 'Across the border',
  hostsNone: 'No cluster known on this day.', sources: 'Code, name and boundary', source: 'Source', products: 'Product', phases: 'Phase', places: 'Place', located: 'Location',
  POINT_AT: 'the spot itself', REGENCY_AT: 'shown at the regency’s or city’s label point', PROVINCE_AT: 'shown at the province’s label point',
  initialTargetUnknown: 'The source does not say', asNamed: 'As the source names it', note: 'Note', grounds: 'Ground of selection', groundUnknown: 'The sources do not say which ground was met.', met: 'met', notMet: 'not met', events: 'Events',
  SUPPORT_SOURCE: 'Source of support', STRATEGIC_THEME: 'Strategic theme', AFFIRMATIVE_THEME: 'Affirmative theme',
  EVALUATION_MEETING: 'Evaluation meeting', STUDY_VISIT: 'Study visit', OUTCOME: 'Outcome', LAUNCH: 'Start', DISSEMINATION: 'Dissemination',
  queryTitle: 'The query behind this view', query: 'Query', variables: 'Variables', openPlayground: 'Open in the playground', copy: 'Copy', copied: 'Copied', asCurl: 'As curl',
  embedTitle: 'Embed this map', embedHint: 'Put this into the article’s HTML. The map follows the filters, the day and the place you see now.', copyCode: 'Copy code',
  mapLabel: 'Map of Indonesia. The table beside it holds the same.', zoomIn: 'Zoom in', zoomOut: 'Zoom out', wholeCountry: 'Whole country', noMap: 'The map needs WebGL, which this browser does not give. The table works without it.',
  boundariesBy: 'Boundaries', neighboursBy: 'Neighbours: Natural Earth', noBoundaries: 'No boundaries are loaded: regions have points only.',
};

export type Words = typeof en;

const id: Words = {
  title: 'Sentra: peta sentra industri kecil Indonesia',
  tagline: 'Sentra industri kecil Indonesia, dan mengapa di sana',
  language: 'Bahasa', theme: 'Warna', themeSystem: 'Otomatis', themeLight: 'Terang', themeDark: 'Gelap',
  playground: 'Playground', skip: 'Lompat ke tabel', openFull: 'Buka peta lengkap', loading: 'Memuat …',
  search: 'Cari wilayah, sentra, atau produk', searchNone: 'Tidak ditemukan', searchFilter: (text) => `Hanya nama yang memuat “${text}”`,
  kindRegion: 'wilayah', kindCluster: 'sentra', kindProduct: 'produk',
  filters: 'Saringan', filtersSet: (n) => `${n} saringan`, clear: 'Hapus semua', any: 'Semua',
  phase: 'Tahap', product: 'Produk', affirmative: 'Afirmatif', initialTarget: 'Sasaran awal', programme: 'Sentra program', hosts: 'Memiliki sentra', province: 'Provinsi', text: 'Nama memuat',
  anyAffirmative: 'Afirmatif, jenis apa pun', holdsAffirmative: 'Memuat kabupaten/kota afirmatif', holdsHostingAffirmative: 'Memuat kabupaten/kota afirmatif yang memiliki sentra', holdsAny: 'Ya, jenis apa pun', holdsNone: 'Diketahui tidak memuat', onlyDisadvantaged: 'Tertinggal', onlyBorder: 'Perbatasan', notAffirmative: 'Diketahui bukan', yes: 'Ya', no: 'Tidak',
  allProvinces: 'Semua provinsi', notOnDay: (name) => `${name} (tidak ada pada hari itu)`,
  area: 'Area', areaNone: 'Tanpa', areaBox: 'Kotak', areaPolygon: 'Poligon', areaCircle: 'Radius', draw: 'Gambar di peta', drawing: 'Menggambar …', finish: 'Selesai', cancel: 'Batal', removeArea: 'Hapus area',
  areaHint: 'Wilayah yang menyentuh area, sentra yang berada di dalamnya.',
  boxHint: 'Klik dua sudut yang berseberangan di peta, atau ketik.', polygonHint: 'Klik sudut-sudutnya di peta, lalu Selesai; atau ketik.', circleHint: 'Klik pusat lalu tepinya di peta, atau ketik.',
  west: 'Barat', south: 'Selatan', east: 'Timur', north: 'Utara', lon: 'Bujur', lat: 'Lintang', radiusKm: 'Radius, km', corners: 'Sudut: bujur,lintang, satu per baris', apply: 'Terapkan', areaWrong: 'Ini bukan koordinat area: bujur -180 sampai 180, lintang -90 sampai 90.',
  clusters: 'Sentra', regencies: 'Kabupaten & kota', provinces: 'Provinsi', listOf: 'Daftar',
  counted: { clusters: (n) => `${grouped(n, 'id')} sentra`, regencies: (n) => `${n} kabupaten/kota`, provinces: (n) => `${n} provinsi` },
  severalPlaces: 'Beberapa tempat', noneKnown: 'Tidak ada yang diketahui', inferred: 'disimpulkan', partial: 'dari teks yang terpotong', howKnown: (n, all, how) => `${n === all ? '' : `${n} dari ${grouped(all, 'id')}: `}${how}`,
  openingTitle: 'Mulai dari pertanyaan ini', openingDay: (day) => `Yang tampil: ${day}, hari terakhir dengan daftar lengkap daerah tertinggal yang dimuat.`, seeToday: 'Lihat hari ini',
  asksTitle: (day) => `Daerah afirmatif mana yang memiliki sentra program pada ${day}?`, asksCountry: (day) => `… dan mana yang memiliki sentra apa pun yang diketahui, pada ${day}?`,
  asksProduct: (product) => `Di mana sentra ${product} berada?`, asksBorder: 'Di daerah perbatasan mana belum ada sentra yang diketahui?', asksPapua: 'Bagaimana Papua berubah pada 2022?',
  onDay: (day) => `pada ${day}`, moreNotCovered: (n) => `${n} lagi tidak dapat dinilai: tidak ada daftar yang mencakupnya pada hari itu`,
  notThere: (day) => `Belum atau tidak ada pada ${day}`,
  nothing: 'Tidak ada yang diketahui cocok dengan filter ini pada hari itu.', failed: 'Jawaban tidak dapat dimuat:', unreachable: 'server tidak dapat dihubungi.', retry: 'Coba lagi', retrying: 'Akan dicoba lagi secara otomatis.',
  loadingDay: (day) => `Memuat ${day} …`, mapNotLoaded: (day) => `Peta untuk ${day} tidak dapat dimuat.`, mapPartly: (day) => `Sebagian peta untuk ${day} tidak dapat dimuat.`, mapNothing: 'Tidak ada yang dapat ditampilkan untuk alamat ini.', mapCode: 'Peta tidak dapat dimuat.', reload: 'Muat ulang halaman',
  downloadFailed: 'Berkas tidak dapat dimuat: server tidak dapat dihubungi.', downloadOff: 'Berkas dapat diunduh setelah daftar dimuat.',
  refusedTitle: 'Alamat ini meminta sesuatu yang tidak dapat dijawab', refusedNote: 'Tidak dipahami dalam alamat dan diabaikan:', refusedDay: (value) => `“${value}” bukan tanggal. Tanggal ditulis seperti 2017-12-25.`, refusedOther: (name, value) => `“${name}=${value}” tidak dipahami.`, withoutIt: 'Tampilkan tanpa itu',
  beforeRecordTitle: (day) => `Tidak ada jawaban untuk ${day}`, kindTooFine: 'Untuk provinsi dapat dikatakan apakah provinsi itu memuat kabupaten/kota afirmatif, dan jenisnya bila memiliki sentra; jenis yang lain tidak.', anyKind: 'Jenis apa pun', thatHost: 'Hanya yang memiliki sentra', notThisDay: 'bukan tanggal',
  phaseNotBegun: (day) => `Tahapnya belum dimulai pada ${day}.`,
  notKnownYet: (day) => `Tidak diketahui apakah sudah ada pada ${day}.`, planned: 'Direncanakan', existing: 'Di luar program', firstYear: 'Sejak', figures: 'Angka', units: 'unit', workers: 'pekerja', readThere: 'Yang dibaca',
  name: 'Nama', place: 'Tempat', kind: 'Jenis', clusterCount: 'Sentra', status: 'Afirmatif', areaKm2: 'Luas, km²', affirmativeRegencies: 'Kab./kota afirmatif', inThem: 'Sentra di dalamnya', notJudged: (n) => `${n} tidak tercakup`, atLeast: (n) => `${n} atau lebih`,
  download: 'Unduh', showQuery: 'Lihat kuerinya', share: 'Salin tautan', shared: 'Tautan disalin', embed: 'Sematkan', zoomTo: 'Perbesar',
  YES: 'Ya', NO: 'Tidak', NOT_COVERED: 'Tidak tercakup',
  DISADVANTAGED: 'Tertinggal', BORDER: 'Perbatasan', BOTH: 'Tertinggal dan perbatasan',
  PROVINCE: 'Provinsi', REGENCY: 'Kabupaten', CITY: 'Kota',
  LISTED: 'terbaca dalam daftar yang diterbitkan', INFERRED: 'disimpulkan dari jumlah atau lingkup aturan', PARTIAL: 'dari teks yang terpotong',
  legend: 'Legenda', colourBy: 'Warna menurut', byAffirmative: 'Status afirmatif', byCount: 'Jumlah sentra',
  legendNo: 'Diketahui bukan', legendNotCovered: 'Tidak tercakup: tidak ada di daftar yang dimuat', legendPoint: (key) => `Sentra, tahap ${key}`, legendOther: 'Sentra lain; angka: jumlah yang diketahui di kabupaten/kota', legendPlanned: 'Sentra yang baru direncanakan',
  groups: { TEXTILE: 'Tekstil', FOOD: 'Pangan', WOOD: 'Kayu, anyaman', METAL: 'Logam', CLAY_STONE: 'Tanah liat, batu', LEATHER: 'Kulit', OTHER: 'Lain, campuran' },
  more: (n, all) => `Tampilkan ${n} lagi dari ${all}`, legendApproximate: 'Kabupaten/kota diketahui, bukan titiknya',
  countZero: 'Tidak ada', countOne: '1', countTwo: '2', countMore: '3 atau lebih', countNoData: 'Tidak dapat diketahui', countMatching: 'Sentra yang cocok dengan filter',
  day: 'Tanggal', today: 'Hari ini', play: 'Putar', pause: 'Jeda', previous: 'Ke perubahan sebelumnya', next: 'Ke perubahan berikutnya', timeline: (day) => `Tanggal, dari ${day} sampai hari ini`,
  beforeRecord: (day) => `Catatan dimulai pada ${day}; sebelumnya tidak ada yang diketahui.`, toRecord: (day) => `Ke ${day}`,
  notCoveredDay: (day) => `Daftar lengkap terakhir sebelum hari itu berakhir pada ${day}, dan tidak ada daftar termuat yang diketahui berlaku pada hari itu: status tertinggal tidak diketahui.`, partlyCoveredDay: (regulation) => `Hanya sebagian daftar ${regulation} yang dimuat: kabupaten di bagian itu tertinggal; status kabupaten lain tidak diketahui.`, notCoveredBefore: (day) => `Tidak ada daftar sebelum ${day}: status tertinggal tidak diketahui.`, toDay: (day) => `Lihat ${day}`,
  recordBegins: 'Catatan wilayah dimulai', phaseBegins: (key) => `Tahap ${key} program dimulai`, listBegins: (regulation) => `${regulation}: daftar daerah tertinggal`, listEnds: (regulation) => `Daftar ${regulation} telah berakhir`,
  borderBegins: (regulation) => `${regulation}: kawasan perbatasan ditetapkan`, split: (from, to) => `${from} dimekarkan: ${to}`, announced: (publisher) => `${publisher}: sentra diumumkan`,
  close: 'Tutup', code: 'Kode', parent: 'Provinsi', areaOf: 'Luas', squareKm: 'km²', founded: 'Dimekarkan dari', splitInto: 'Dimekarkan menjadi', law: 'Undang-undang', reason: 'Alasan', regulation: 'Peraturan', since: 'sejak', until: 'sampai', confidence: 'Cara diketahui', across: 'Di seberang perbatasan',
  hostsNone: 'Tidak ada sentra yang diketahui pada hari ini.', sources: 'Kode, nama, dan batas', source: 'Sumber', products: 'Produk', phases: 'Tahap', places: 'Tempat', located: 'Lokasi',
  POINT_AT: 'titiknya sendiri', REGENCY_AT: 'ditampilkan pada titik label kabupaten/kota', PROVINCE_AT: 'ditampilkan pada titik label provinsi',
  initialTargetUnknown: 'Sumber tidak menyebutkan', asNamed: 'Sebutan dalam sumber', note: 'Catatan', grounds: 'Dasar pemilihan', groundUnknown: 'Sumber tidak menyebutkan dasar yang terpenuhi.', met: 'terpenuhi', notMet: 'tidak terpenuhi', events: 'Peristiwa',
  SUPPORT_SOURCE: 'Sumber dukungan', STRATEGIC_THEME: 'Tema strategis', AFFIRMATIVE_THEME: 'Tema afirmatif',
  EVALUATION_MEETING: 'Rapat evaluasi', STUDY_VISIT: 'Kunjungan studi', OUTCOME: 'Hasil', LAUNCH: 'Mulai', DISSEMINATION: 'Sosialisasi',
  queryTitle: 'Kueri di balik tampilan ini', query: 'Kueri', variables: 'Variabel', openPlayground: 'Buka di playground', copy: 'Salin', copied: 'Disalin', asCurl: 'Sebagai curl',
  embedTitle: 'Sematkan peta ini', embedHint: 'Masukkan kode ini ke HTML artikel. Peta mengikuti saringan, tanggal, dan tempat yang Anda lihat sekarang.', copyCode: 'Salin kode',
  mapLabel: 'Peta Indonesia. Tabel di sampingnya memuat hal yang sama.', zoomIn: 'Perbesar', zoomOut: 'Perkecil', wholeCountry: 'Seluruh negeri', noMap: 'Peta memerlukan WebGL, yang tidak tersedia di peramban ini. Tabel tetap dapat dipakai.',
  boundariesBy: 'Batas wilayah', neighboursBy: 'Negara tetangga: Natural Earth', noBoundaries: 'Batas wilayah belum dimuat: wilayah hanya berupa titik.',
};

const words = { en, id };

/** The words of a language. */
export function wordsOf(lang: 'en' | 'id'): Words {
  return words[lang];
}

const locales = { en: 'en-GB', id: 'id-ID' };

/** A day as a reader writes it: 25 December 2017. */
export function longDay(day: string, lang: 'en' | 'id'): string {
  return new Intl.DateTimeFormat(locales[lang], { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00Z`));
}

/** A whole number with the language's separators. */
export function grouped(value: number, lang: 'en' | 'id'): string {
  return new Intl.NumberFormat(locales[lang], { maximumFractionDigits: 0 }).format(value);
}

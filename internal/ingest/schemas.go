package ingest

// The columns of each kind of table, with the headers that Indonesian agencies use.
// docs/importing.md lists them, which a test checks.

// regionColumns identify the region of a row. name is the column's own name.
func regionColumns(name, about string) []Column {
	return []Column{
		{Name: name, Headers: []string{"Kode Wilayah", "Kode Kemendagri", "Kode Kabupaten/Kota", "Kode Kab/Kota", "Kode Kab./Kota", "Kode Daerah"}, About: about},
		{Name: "region_system", Headers: []string{"Sistem Kode"}, About: "whose codes they are: KEMENDAGRI (default), BPS or ISO_3166_2"},
		{Name: "kode_bps", Headers: []string{"BPS Code", "Kode Wilayah BPS", "bps_code"}, About: "BPS codes instead, without a dot"},
		{Name: "region_name", Headers: []string{"Kabupaten/Kota", "Kab/Kota", "Kab./Kota", "Kab Kota", "Nama Kabupaten/Kota", "Nama Kab/Kota", "Kabupaten", "Kota", "Kabupaten atau Kota", "Wilayah", "Nama Wilayah", "Regency", "Regency/City"}, About: "names of regencies and cities, with Kab. or Kota"},
		{Name: "province", Headers: []string{"Provinsi", "Propinsi", "Nama Provinsi"}, About: "name of the province that they lie in; alone, the province is the region"},
	}
}

// anyRegion are the columns of which one is required.
func anyRegion(name string) []string { return []string{name, "kode_bps", "region_name", "province"} }

var ClusterSchema = newSchema("clusters", [][]string{anyRegion("regions"), {"name_id", "name_en"}, {"product_id", "product_en"}}, append([]Column{
	{Name: "key", Headers: []string{"Kode Sentra", "ID Sentra"}, About: "stable public key; made from region and name if the file has no such column"},
	{Name: "name_en", Headers: []string{"Cluster", "Cluster Name", "Name"}, About: "name in English; default the Indonesian one"},
	{Name: "name_id", Headers: []string{"Nama Sentra", "Nama Sentra IKM", "Sentra", "Sentra IKM", "Nama"}, About: "name in Indonesian; default the English one"},
	{Name: "product_en", Headers: []string{"Product"}, About: "product in English"},
	{Name: "product_id", Headers: []string{"Produk", "Komoditi", "Komoditas", "Jenis Produk", "Produk Utama", "Produk Unggulan"}, About: "product in Indonesian"},
	{Name: "phase", Headers: []string{"Fase", "Tahap"}, About: "phase of the programme, 2013-2016 or 2017; empty for a cluster outside the programme"},
	{Name: "status", Headers: []string{"Status Sentra"}, About: "EXISTING (default) or PLANNED"},
	{Name: "first_year", Headers: []string{"Tahun Berdiri"}, About: "the year it began"},
	{Name: "confidence", Headers: []string{"Keyakinan"}, About: "LISTED, INFERRED or PARTIAL: how the cluster is known"},
	{Name: "year", Headers: []string{"Tahun", "Tahun Data", "figures_year"}, About: "year of units and workers; names and codes are those of its last day"},
	{Name: "units", Headers: []string{"Unit Usaha", "Jumlah Unit Usaha", "Jumlah IKM", "Jumlah Unit"}, About: "number of businesses"},
	{Name: "workers", Headers: []string{"Tenaga Kerja", "Jumlah Tenaga Kerja"}, About: "number of people who work there"},
	{Name: "address", Headers: []string{"Alamat", "Lokasi"}, About: "address; stored with village and district as the region_note"},
	{Name: "village", Headers: []string{"Desa", "Kelurahan", "Desa/Kelurahan", "Desa / Kel."}, About: "village (desa, kelurahan)"},
	{Name: "district", Headers: []string{"Kecamatan", "Distrik"}, About: "district (kecamatan)"},
	{Name: "lon", Headers: []string{"Bujur", "Longitude", "Garis Bujur", "lng", "long", "X"}, About: "longitude in degrees (WGS 84), 112.733"},
	{Name: "lat", Headers: []string{"Lintang", "Latitude", "Garis Lintang", "Y"}, About: "latitude in degrees (WGS 84), south negative, -7.2"},
	{Name: "precision", About: "POINT, REGENCY or PROVINCE: how exactly the place is known; default POINT if lon and lat are given"},
	{Name: "initial_target", Headers: []string{"Target Awal"}, About: "true or false (ya, tidak), empty if no source says"},
	{Name: "region_note", Headers: []string{"Keterangan Wilayah", "Keterangan Lokasi"}, About: "what the source says about the place beyond the region"},
	{Name: "province_named", About: "the province as the source names it"},
	{Name: "source", Headers: []string{"Sumber", "Sumber Data"}, Required: true, About: "titles or addresses of the sources, separated by semicolons"},
}, regionColumns("regions", "codes of the regions, 94.06, separated by semicolons")...)...)

var DesignationSchema = newSchema("designations", [][]string{anyRegion("region_code")}, append([]Column{
	{Name: "kind", Headers: []string{"Jenis Penetapan"}, Required: true, About: "DISADVANTAGED (daerah tertinggal) or BORDER (perbatasan)"},
	{Name: "regulation", Headers: []string{"Peraturan", "Dasar Hukum"}, Required: true, About: "the regulation, Perpres 63/2020"},
	{Name: "valid_from", Headers: []string{"Berlaku Sejak", "Mulai Berlaku"}, Required: true, About: "first day, YYYY-MM-DD, YYYY-MM or YYYY"},
	{Name: "valid_to", Headers: []string{"Berlaku Sampai", "Berakhir"}, About: "last day, YYYY-MM-DD, or empty"},
	{Name: "confidence", Headers: []string{"Keyakinan"}, Required: true, About: "LISTED, INFERRED or PARTIAL"},
	{Name: "neighbour", Headers: []string{"Negara Tetangga"}, About: "ISO 3166-1 codes of the countries across the border, separated by spaces"},
	{Name: "source", Headers: []string{"Sumber", "Sumber Data"}, Required: true, About: "titles or addresses of the sources, separated by semicolons"},
}, regionColumns("region_code", "code of the region, 94.06")...)...)

var CoverageSchema = newSchema("coverage", nil, append([]Column{
	{Name: "kind", Headers: []string{"Jenis Penetapan"}, Required: true, About: "DISADVANTAGED (daerah tertinggal) or BORDER (perbatasan)"},
	{Name: "extent", Headers: []string{"Cakupan"}, Required: true, About: "COMPLETE: the whole list is loaded, so a region that is not on it is not designated; NONE: there is no such region; PARTIAL: only part of the list is loaded"},
	{Name: "regulation", Headers: []string{"Peraturan", "Dasar Hukum"}, Required: true, About: "the regulation, Perpres 63/2020"},
	{Name: "region_kinds", Headers: []string{"Jenis Wilayah"}, About: "PROVINCE, REGENCY or CITY, separated by spaces; empty for all"},
	{Name: "valid_from", Headers: []string{"Berlaku Sejak", "Mulai Berlaku"}, About: "first day, YYYY-MM-DD, YYYY-MM or YYYY; empty if open"},
	{Name: "valid_to", Headers: []string{"Berlaku Sampai", "Berakhir"}, About: "last day, YYYY-MM-DD, or empty"},
	{Name: "confidence", Headers: []string{"Keyakinan"}, Required: true, About: "LISTED, INFERRED or PARTIAL"},
	{Name: "note", Headers: []string{"Keterangan", "Catatan"}, About: "a note for readers, given as the reason for a NO; made from the regulation if empty"},
	{Name: "source", Headers: []string{"Sumber", "Sumber Data"}, Required: true, About: "titles or addresses of the sources, separated by semicolons"},
}, regionColumns("province_code", "code of the province that the list covers, 91; empty for the whole country")...)...)

var CodeSchema = newSchema("codes", [][]string{anyRegion("region_code")}, append([]Column{
	{Name: "system", Headers: []string{"Sistem"}, Required: true, About: "whose code it is: KEMENDAGRI, BPS, ISO_3166_2 or OCHA_PCODE"},
	{Name: "value", Headers: []string{"Nilai Kode"}, Required: true, About: "the code in that system"},
	{Name: "valid_from", Headers: []string{"Berlaku Sejak", "Mulai Berlaku"}, About: "first day, YYYY-MM-DD, or empty if not known"},
	{Name: "valid_to", Headers: []string{"Berlaku Sampai", "Berakhir"}, About: "last day, YYYY-MM-DD, or empty if not known"},
	{Name: "source", Headers: []string{"Sumber", "Sumber Data"}, Required: true, About: "titles or addresses of the sources, separated by semicolons"},
}, regionColumns("region_code", "code of the region that has it, 94.06")...)...)

var SupportSchema = newSchema("supports", [][]string{anyRegion("region_code")}, append([]Column{
	{Name: "year", Headers: []string{"Tahun", "Tahun Anggaran", "TA"}, Required: true, About: "the budget year; names and codes are those of its last day"},
	{Name: "fund", Headers: []string{"Sumber Dana", "Dana"}, About: "APBN, DECONCENTRATION (dekonsentrasi) or DAK; empty if the source does not say"},
	{Name: "amount", Headers: []string{"Jumlah", "Nilai", "Pagu", "Anggaran"}, About: "the sum in rupiah; decimals only with a currency"},
	{Name: "currency", Headers: []string{"Mata Uang"}, About: "IDR, needed if the amount has decimals"},
	{Name: "cluster", Headers: []string{"Kode Sentra", "ID Sentra"}, About: "key of the cluster that it was for"},
	{Name: "product", Headers: []string{"Produk", "Komoditi", "Komoditas"}, About: "product that it was for, by key or name"},
	{Name: "place", Headers: []string{"Lokasi", "Alamat"}, About: "the place in words"},
	{Name: "purpose", Headers: []string{"Kegiatan", "Uraian", "Keterangan"}, About: "what it was for"},
	{Name: "confidence", Headers: []string{"Keyakinan"}, Required: true, About: "LISTED, INFERRED or PARTIAL"},
	{Name: "source", Headers: []string{"Sumber", "Sumber Data"}, Required: true, About: "titles or addresses of the sources, separated by semicolons"},
}, regionColumns("region_code", "code of the region, 94.06")...)...)

var FacilitatorSchema = newSchema("facilitators", [][]string{anyRegion("region_code")}, append([]Column{
	{Name: "kind", Headers: []string{"Jenis"}, Required: true, About: "TPL (tenaga penyuluh lapangan) or CONSULTANT"},
	{Name: "year", Headers: []string{"Tahun"}, Required: true, About: "the year; names and codes are those of its last day"},
	{Name: "count", Headers: []string{"Jumlah", "Jumlah Orang"}, Required: true, About: "how many people"},
	{Name: "note", Headers: []string{"Keterangan", "Catatan"}, About: "what the source says about those counted"},
	{Name: "confidence", Headers: []string{"Keyakinan"}, Required: true, About: "LISTED, INFERRED or PARTIAL"},
	{Name: "source", Headers: []string{"Sumber", "Sumber Data"}, Required: true, About: "titles or addresses of the sources, separated by semicolons"},
}, regionColumns("region_code", "code of the region, 94.06")...)...)

var CandidateSchema = newSchema("candidates", [][]string{anyRegion("region_code")}, append([]Column{
	{Name: "phase", Headers: []string{"Fase", "Tahap"}, Required: true, About: "phase of the programme, 2013-2016 or 2017"},
	{Name: "named", Headers: []string{"Sebutan"}, About: "the region as the source names it"},
	{Name: "initial_target", Headers: []string{"Target Awal"}, About: "true or false (ya, tidak), empty if no source says"},
	{Name: "ground", Headers: []string{"Dasar"}, About: "SUPPORT_SOURCE, STRATEGIC_THEME or AFFIRMATIVE_THEME, of an assessment; a candidate may have several rows, one for each"},
	{Name: "element", Headers: []string{"Unsur"}, About: "element of the ground, as it is named there; empty for the ground as a whole"},
	{Name: "outcome", Headers: []string{"Hasil"}, About: "MET or NOT_MET"},
	{Name: "evidence", Headers: []string{"Bukti"}, About: "what the assessment is based on"},
	{Name: "assessed_by", Headers: []string{"Penilai"}, About: "who assessed"},
	{Name: "assessed_on", Headers: []string{"Tanggal Penilaian"}, About: "when, YYYY-MM-DD, YYYY-MM or YYYY"},
	{Name: "decision", Headers: []string{"Keputusan"}, About: "CHOSEN, DEFERRED or NOT_CHOSEN; in one of a candidate's rows"},
	{Name: "reason", Headers: []string{"Alasan"}, About: "the reason for the decision"},
	{Name: "decided_by", Headers: []string{"Pemutus"}, About: "who decided"},
	{Name: "decided_on", Headers: []string{"Tanggal Keputusan"}, About: "when, YYYY-MM-DD, YYYY-MM or YYYY"},
	{Name: "source", Headers: []string{"Sumber", "Sumber Data"}, Required: true, About: "titles or addresses of the sources, separated by semicolons"},
}, regionColumns("region_code", "code of the region, 94.06")...)...)

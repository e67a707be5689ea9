package words

import "github.com/sentra-ikm/sentra/internal/sentra"

// sentences are those of the domain. Both languages have the same number of values.
var sentences = map[sentra.MessageKey]sentra.Text{
	sentra.MessageText:     {English: "%s", Indonesian: "%s"},
	sentra.MessageSentence: {English: "%s.", Indonesian: "%s."},

	sentra.MessageDesignated: {English: "Designated by %s, in force on %s.", Indonesian: "Ditetapkan dengan %s, yang berlaku pada %s."},
	sentra.MessageNoList:     {English: "No list that covers %s is loaded; that does not mean no.", Indonesian: "Tidak ada daftar yang mencakup %s dalam catatan ini; itu tidak berarti tidak."},

	sentra.MessageOneOpen:  {English: "For 1 cluster it is not known whether it counts on %s; that does not mean zero.", Indonesian: "Untuk 1 sentra, tidak ada keterangan pada %s apakah sentra itu terhitung; itu tidak berarti nol."},
	sentra.MessageManyOpen: {English: "For %s clusters it is not known whether they count on %s; that does not mean zero.", Indonesian: "Untuk %s sentra, tidak ada keterangan pada %s apakah sentra-sentra itu terhitung; itu tidak berarti nol."},
	sentra.MessageNoShare:  {English: "There is no cluster to take a share of.", Indonesian: "Tidak ada sentra yang dapat dihitung bagiannya."},
	sentra.MessageNotZero:  {English: "No cluster is known, but the record does not hold all of the country's; that does not mean zero.", Indonesian: "Belum ada sentra yang diketahui, dan catatan ini tidak memuat semua sentra di Indonesia; itu tidak berarti nol."},

	sentra.MessageAssessed:     {English: "The region was assessed on it as a candidate; assessments that contradict each other leave it open.", Indonesian: "Wilayah ini pernah dinilai dalam hal itu sebagai calon; penilaian yang saling bertentangan membuatnya tetap terbuka."},
	sentra.MessageNoLinkage:    {English: "The record holds nothing about linkage between supporting and large industry.", Indonesian: "Catatan ini tidak memuat keterangan tentang keterkaitan industri pendukung dengan industri besar."},
	sentra.MessageOneCluster:   {English: "1 cluster is known.", Indonesian: "1 sentra diketahui."},
	sentra.MessageManyClusters: {English: "%s clusters are known.", Indonesian: "%s sentra diketahui."},
	sentra.MessageNoCluster:    {English: "No cluster is known, but the record does not hold all of the country's.", Indonesian: "Belum ada sentra yang diketahui, dan catatan ini tidak memuat semua sentra di Indonesia."},
	sentra.MessageNoMoney:      {English: "No source that was read mentions such money; the record does not hold all of it.", Indonesian: "Tidak ada sumber yang dibaca yang menyebut dana seperti itu; catatan ini tidak memuat semuanya."},
	sentra.MessageMoney:        {English: "Sources mention such money for %s.", Indonesian: "Sumber menyebut dana seperti itu untuk %s."},
	sentra.MessageYear:         {English: "%s", Indonesian: "tahun %s"},
	sentra.MessageYearNotTold:  {English: "a year that is not stated", Indonesian: "tahun yang tidak disebutkan"},

	sentra.MessageFacilitatorsWithin:   {English: "Sources mention facilitators within %s km.", Indonesian: "Sumber menyebut adanya tenaga pendamping dalam jarak %s km."},
	sentra.MessageFacilitatorsProvince: {English: "Sources mention facilitators in the province, but not where in it.", Indonesian: "Sumber menyebut adanya tenaga pendamping di provinsi ini, tetapi tidak menyebut tempatnya."},
	sentra.MessageFacilitatorsNearest:  {English: "The nearest facilitators in the record are %s km away; it does not hold all of them.", Indonesian: "Tenaga pendamping terdekat yang tercatat berjarak %s km; catatan ini tidak memuat semuanya."},
	sentra.MessageFacilitatorsNone:     {English: "The record has no facilitators on that day, but does not hold all of them.", Indonesian: "Tidak ada tenaga pendamping yang tercatat pada tanggal itu; catatan ini tidak memuat semuanya."},

	sentra.MessageNoteBoundaries: {English: "No boundaries are loaded: regions have points and boxes only, and boundary is null.", Indonesian: "Batas wilayah tidak dimuat: wilayah hanya memiliki titik dan kotak, dan boundary bernilai null."},
	sentra.MessageNoteRegions:    {English: "Regions are known from %s; an asOf before that day is an error.", Indonesian: "Wilayah diketahui sejak %s; asOf sebelum tanggal itu ditolak."},
	sentra.MessageNoteNotCovered: {English: "NOT_COVERED is not the same as NO: no list that covers the region on that day is loaded.", Indonesian: "NOT_COVERED berbeda dengan NO: tidak ada daftar dalam catatan ini yang mencakup wilayah itu pada tanggal tersebut."},
	sentra.MessageNoteYears:      {English: "A date known only to the year counts from the end of that year for a designation, and from its first day for a phase.", Indonesian: "Waktu yang hanya diketahui tahunnya dihitung sejak akhir tahun itu untuk penetapan, dan sejak hari pertamanya untuk tahap."},
	sentra.MessageNoteClusters:   {English: "Clusters outside the programme are those that a source names; the record does not hold all of the country's. See coverage.", Indonesian: "Sentra di luar program adalah yang terbaca dalam suatu sumber; catatan ini tidak memuat semua sentra di Indonesia. Lihat coverage."},
	sentra.MessageNotePhases:     {English: "A cluster stays listed after its phase has ended: the sources do not say that any was given up.", Indonesian: "Sentra tetap terdaftar setelah tahapnya berakhir: sumber tidak menyebut ada yang dihentikan."},
}

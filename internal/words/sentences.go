package words

import "github.com/sentra-ikm/sentra/internal/sentra"

// sentences are those of the domain. Both languages have the same number of values.
var sentences = map[sentra.MessageKey]sentra.Text{
	sentra.MessageText:     {English: "%s", Indonesian: "%s"},
	sentra.MessageSentence: {English: "%s.", Indonesian: "%s."},

	sentra.MessageDesignated: {English: "Designated by %s, in force on %s.", Indonesian: "Ditetapkan dengan %s, yang berlaku pada %s."},
	sentra.MessageNoList:     {English: "No list that covers %s is loaded; that is not a no.", Indonesian: "Tidak ada daftar yang mencakup %s dalam catatan ini; itu tidak berarti tidak."},

	sentra.MessageOneOpen:  {English: "Of 1 cluster nothing loaded tells on %s whether it counts; that is not a zero.", Indonesian: "Untuk 1 sentra, tidak ada keterangan pada %s apakah sentra itu terhitung; itu tidak berarti nol."},
	sentra.MessageManyOpen: {English: "Of %s clusters nothing loaded tells on %s whether they count; that is not a zero.", Indonesian: "Untuk %s sentra, tidak ada keterangan pada %s apakah sentra-sentra itu terhitung; itu tidak berarti nol."},
	sentra.MessageNoShare:  {English: "There is no cluster to take a share of.", Indonesian: "Tidak ada sentra yang dapat dihitung bagiannya."},
	sentra.MessageNotZero:  {English: "No cluster is known, and the record does not hold all of the country's; that is not a zero.", Indonesian: "Belum ada sentra yang diketahui, dan catatan ini tidak memuat semua sentra di Indonesia; itu tidak berarti nol."},

	sentra.MessageAssessed:     {English: "The region was assessed on it as a candidate; assessments that contradict each other leave it open.", Indonesian: "Wilayah ini pernah dinilai dalam hal itu sebagai calon; penilaian yang saling bertentangan membuatnya tetap terbuka."},
	sentra.MessageNoLinkage:    {English: "The record holds nothing of linkage between supporting and large industry.", Indonesian: "Catatan ini tidak memuat keterangan tentang keterkaitan industri pendukung dengan industri besar."},
	sentra.MessageOneCluster:   {English: "1 cluster is known.", Indonesian: "1 sentra diketahui."},
	sentra.MessageManyClusters: {English: "%s clusters are known.", Indonesian: "%s sentra diketahui."},
	sentra.MessageNoCluster:    {English: "No cluster is known, and the record does not hold all of the country's.", Indonesian: "Belum ada sentra yang diketahui, dan catatan ini tidak memuat semua sentra di Indonesia."},
	sentra.MessageNoMoney:      {English: "No source that was read tells of such money; the record does not hold all of it.", Indonesian: "Tidak ada sumber yang dibaca yang menyebut dana seperti itu; catatan ini tidak memuat semuanya."},
	sentra.MessageMoney:        {English: "Sources tell of such money for %s.", Indonesian: "Sumber menyebut dana seperti itu untuk %s."},
	sentra.MessageYear:         {English: "%s", Indonesian: "tahun %s"},
	sentra.MessageYearNotTold:  {English: "a year not stated", Indonesian: "tahun yang tidak disebutkan"},

	sentra.MessageFacilitatorsWithin:   {English: "Sources tell of facilitators within %s km.", Indonesian: "Sumber menyebut adanya tenaga pendamping dalam jarak %s km."},
	sentra.MessageFacilitatorsProvince: {English: "Sources tell of facilitators in the province, and not where in it.", Indonesian: "Sumber menyebut adanya tenaga pendamping di provinsi ini, tetapi tidak menyebut tempatnya."},
	sentra.MessageFacilitatorsNearest:  {English: "The nearest facilitators that the record knows of are %s km away; it does not hold all.", Indonesian: "Tenaga pendamping terdekat yang tercatat berjarak %s km; catatan ini tidak memuat semuanya."},
	sentra.MessageFacilitatorsNone:     {English: "The record knows of no facilitators on that day, and does not hold all.", Indonesian: "Tidak ada tenaga pendamping yang tercatat pada tanggal itu; catatan ini tidak memuat semuanya."},

	sentra.MessageNoteBoundaries: {English: "No boundaries are loaded: regions have points and boxes only, and boundary is null.", Indonesian: "Batas wilayah tidak dimuat: wilayah hanya memiliki titik dan kotak, dan boundary bernilai null."},
	sentra.MessageNoteRegions:    {English: "Regions are known from %s; an asOf before that day is an error.", Indonesian: "Wilayah diketahui sejak %s; asOf sebelum tanggal itu ditolak."},
	sentra.MessageNoteNotCovered: {English: "NOT_COVERED is another answer than NO: no list that covers the region on that day is loaded.", Indonesian: "NOT_COVERED berbeda dengan NO: tidak ada daftar dalam catatan ini yang mencakup wilayah itu pada tanggal tersebut."},
	sentra.MessageNoteYears:      {English: "A date known only to the year counts from that year's end for a designation, and from its first day for a phase.", Indonesian: "Waktu yang hanya diketahui tahunnya dihitung sejak akhir tahun itu untuk penetapan, dan sejak hari pertamanya untuk tahap."},
	sentra.MessageNoteClusters:   {English: "Clusters outside the programme are those that were read in a source; the record does not hold all of the country's. See coverage.", Indonesian: "Sentra di luar program adalah yang terbaca dalam suatu sumber; catatan ini tidak memuat semua sentra di Indonesia. Lihat coverage."},
	sentra.MessageNotePhases:     {English: "A cluster stays listed after its phase has ended: the sources do not say that any was given up.", Indonesian: "Sentra tetap terdaftar setelah tahapnya berakhir: sumber tidak menyebut ada yang dihentikan."},
}

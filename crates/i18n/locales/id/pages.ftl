# Halaman yang ditulis oleh server sendiri.

pages-missing-title = Obrol sudah berjalan
pages-missing-body = Halaman web tidak termasuk dalam build ini. Buat dengan “{ $command }”, lalu build ulang servernya. API sudah dapat dipakai.
manual-title = Panduan Obrol
manual-contents = Daftar isi
manual-to-app = Kembali ke percakapan

# Kesalahan pada permintaan itu sendiri dan pada server secara keseluruhan.

request-invalid = Beberapa nilai tidak diperbolehkan. Masing-masing disebutkan beserta alasannya.
    .title = Permintaan tidak valid
request-malformed = Permintaan tidak dapat dibaca. Isinya harus JSON yang benar dalam UTF-8.
    .title = Permintaan tidak dapat dibaca
request-malformed_cursor = Penanda halaman ini bukan milik kami atau sudah terlalu lama. Mulailah lagi dari halaman pertama.
    .title = Penanda halaman tidak valid
request-malformed_header = Header { $header } tidak dapat dibaca.
    .title = Sebuah header tidak dapat dibaca
request-too_large = Permintaan lebih besar dari { $limit } bita.
    .title = Permintaan terlalu besar
request-too_deep = JSON bersarang lebih dari { $limit } tingkat.
    .title = JSON bersarang terlalu dalam
request-too_many_values = JSON berisi lebih dari { $limit } nilai.
    .title = JSON berisi terlalu banyak nilai
request-no_room = Server sedang tidak punya ruang untuk permintaan besar lagi. Silakan coba lagi sebentar lagi.
    .title = Tidak ada ruang untuk permintaan besar
request-media_type = Alamat ini hanya menerima application/json.
    .title = Jenis konten tidak didukung
request-not_found = Tidak ada apa pun di alamat ini, atau Anda tidak boleh melihatnya.
    .title = Tidak ditemukan
request-method_not_allowed = Alamat ini tidak mengenal metode yang dipakai.
    .title = Metode tidak diperbolehkan
request-not_acceptable = Tidak satu pun format yang Anda terima tersedia di sini.
    .title = Format tidak tersedia
request-timeout = Permintaan tidak tiba tepat waktu. Silakan coba lagi.
    .title = Permintaan terlalu lama
request-expectation_failed = Harapan dalam permintaan tidak dapat dipenuhi.
    .title = Harapan tidak dapat dipenuhi
request-too_many = Terlalu banyak permintaan. Silakan tunggu { $seconds ->
       *[other] { $seconds } detik
    } lalu coba lagi.
    .title = Terlalu banyak permintaan
request-origin_refused = Permintaan dari situs web ini tidak diizinkan di sini. Jika ini nama server ini sendiri, operatornya mengisi OBROL_PUBLIC_URL dengan nama itu.
    .title = Asal permintaan tidak diizinkan
request-precondition_required = Kirimkan header If-Match dengan ETag yang terakhir Anda baca, agar perubahan siapa pun tidak hilang.
    .title = If-Match diperlukan
request-stale = Data ini sudah diubah di tempat lain sejak Anda membacanya. Baca kembali, lalu ulangi perubahan Anda.
    .title = Sudah diubah di tempat lain
request-idempotency_in_flight = Permintaan pertama dengan Idempotency-Key ini masih dikerjakan. Silakan coba lagi sebentar lagi.
    .title = Permintaan pertama masih berjalan
request-idempotency_reused = Idempotency-Key ini sudah dipakai untuk permintaan lain. Gunakan yang baru.
    .title = Idempotency-Key sudah pernah dipakai

db-unavailable = Basis data sedang sibuk atau tidak terjangkau. Tidak ada yang berubah; silakan coba lagi sebentar lagi.
    .title = Silakan coba lagi sebentar lagi
server-draining = Server akan segera dimulai ulang. Silakan coba lagi sebentar lagi.
    .title = Server sedang dimulai ulang
server-not_ready = Server belum dapat bekerja saat ini.
    .title = Belum siap
internal = Terjadi kesalahan di pihak kami. Rinciannya ada di log dengan id permintaan ini.
    .title = Kesalahan tak terduga

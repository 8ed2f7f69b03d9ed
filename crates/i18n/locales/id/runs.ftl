# Jawaban yang sedang dibuat: mengapa tidak diterima, atau tidak berhasil.

run-not_found = Jawaban itu tidak ada, atau bukan milik Anda.
    .title = Jawaban tidak ditemukan
run-queue_full = Saat ini sangat banyak jawaban yang menunggu. Silakan coba lagi sebentar lagi; tidak ada yang terkirim.
    .title = Server sangat sibuk
run-too_many_waiting = { $limit ->
       *[other] { $limit } jawaban Anda masih menunggu. Silakan tunggu sampai ada yang selesai.
    }
    .title = Terlalu banyak jawaban yang menunggu
run-rate_limited = Sedang tidak ada ruang untuk jawaban: penyedia model sibuk, atau jawaban lain yang sedang ditulis memegang sisa sebuah batas. Coba lagi sebentar lagi.
    .title = Sedang tidak ada ruang
run-timeout = Model tidak menjawab tepat waktu. Coba lagi, atau pilih model lain.
    .title = Model terlalu lama
run-unavailable = Penyedia model tidak dapat dihubungi atau terputus. Coba lagi, atau pilih model lain.
    .title = Penyedia tidak tersedia
run-context_length = Percakapan ini terlalu panjang untuk model tersebut. Mulailah yang baru, atau pilih model yang dapat membaca lebih banyak.
    .title = Percakapan terlalu panjang
run-auth = Penyedia menolak kunci milik server. Administrator perlu memeriksanya; sementara itu pilih model lain.
    .title = Penyedia menolak akses
run-payment = Saldo akun server di penyedia sudah habis. Administrator perlu mengisinya; sementara itu pilih model lain.
    .title = Penyedia meminta pembayaran
run-moderation = Aturan konten penyedia menolak pertanyaan atau jawaban ini. Ubah kalimatnya, atau pilih model lain.
    .title = Ditolak oleh aturan konten penyedia
run-invalid_request = Penyedia tidak menerima permintaan ini. Administrator dapat melihat alasannya di log; sementara itu pilih model lain.
    .title = Penyedia menolak permintaan
run-model_missing = Model ini sudah tidak tersedia. Pilih yang lain, lalu coba lagi.
    .title = Model sudah tidak ada
run-forbidden = Anda tidak boleh bertanya lagi. Hak akun Anda telah berubah.
    .title = Tidak diizinkan
run-expired = Jawaban ini terlalu lama menunggu giliran sehingga dihentikan. Coba lagi.
    .title = Terlalu lama menunggu
run-quarantined = Server beberapa kali gagal saat menulis jawaban ini, jadi tidak dicoba lagi. Administrator dapat menyelidikinya.
    .title = Jawaban dihentikan
run-unknown = Penyedia gagal dengan cara yang tidak kami kenal. Coba lagi, atau pilih model lain.
    .title = Penyedia gagal
run-limit_reached = Jatah Anda untuk model bahasa sudah habis untuk saat ini. Halaman pemakaian menunjukkan kapan jatah dimulai lagi.
    .title = Batas tercapai
run-content_blocked = Aturan konten server ini tidak mengizinkan pertanyaan ini atau jawabannya. Coba sampaikan dengan cara lain.
    .title = Tidak diizinkan di sini

# Yang didengar program dari /v1. Pesannya adalah rinciannya, .title adalah judulnya.

integration-provider_auth = Penyedia menolak kunci milik server. Administrator perlu memeriksanya; sementara itu gunakan model lain.
    .title = Penyedia menolak akses
integration-provider_payment = Saldo akun server di penyedia sudah habis. Administrator perlu mengisinya; sementara itu gunakan model lain.
    .title = Penyedia meminta pembayaran
integration-moderation = Aturan konten penyedia menolak pertanyaan atau jawaban ini.
    .title = Ditolak oleh aturan konten
integration-context_length = Pesannya terlalu panjang untuk model ini. Persingkat, atau gunakan model yang dapat membaca lebih banyak.
    .title = Pesan terlalu panjang
integration-provider_busy = Penyedia model sedang tidak menerima permintaan lagi. Tunggu selama yang disebut Retry-After, lalu coba lagi.
    .title = Penyedia meminta Anda bersabar
integration-timeout = Model tidak menjawab tepat waktu.
    .title = Model terlalu lama
integration-unavailable = Penyedia model tidak dapat dihubungi atau terputus.
    .title = Penyedia tidak tersedia
integration-model_not_found = Tidak ada yang menawarkan model ini di sini. GET /v1/models memuat yang dapat ditanya; sebuah id berbentuk provider/model atau route/name.
    .title = Model tidak ditemukan
integration-unsupported = Tidak ada model yang diminta yang sanggup melakukan permintaan ini.
    .title = Model tidak sanggup
integration-refused = Penyedia tidak menerima permintaan ini. Kodenya menyebut alasannya, jika penyedia memberitahukannya.
    .title = Penyedia menolak permintaan
integration-unknown = Penyedia gagal dengan cara yang tidak kami kenal.
    .title = Penyedia gagal
integration-too_long = Jawabannya terlalu panjang untuk diberikan sekaligus. Mintalah sebagai aliran.
    .title = Jawaban terlalu panjang
integration-rights_lost = Hak untuk membaca jawaban ini berakhir saat jawaban diberikan: kunci atau sesinya tidak berlaku lagi.
    .title = Hak telah berakhir
integration-key_missing = Kirim kunci API: Authorization: Bearer obr_…
    .title = Kunci API tidak ada

field-integration-one_choice = Hanya satu jawaban yang dapat diminta: n harus 1.
field-integration-part = Jenis isi ini tidak dikenal dalam pesan dengan peran ini.
field-integration-image = Gambar berupa alamat data: dengan PNG, JPEG, GIF, atau WebP dalam base64, atau alamat http(s) yang dapat dibaca penyedia.
field-integration-tool_name = Nama alat terdiri atas 1 sampai 64 huruf, angka, _ dan -.
field-integration-no_such_tool = Alat ini tidak ada di antara alat permintaan ini.
field-integration-tokens = Yang diubah menjadi vektor adalah teks, bukan token: kirim sebuah string atau daftar string.
field-integration-stops = Paling banyak { $max } teks dapat mengakhiri jawaban, dan tidak satu pun kosong.

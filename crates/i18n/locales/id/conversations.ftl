# Percakapan, pesan-pesannya, dan model yang menjawab.

conversation-not_found = Percakapan itu tidak ada, atau bukan milik Anda.
    .title = Percakapan tidak ditemukan
conversation-stale = Percakapan ini sudah diubah di perangkat lain. Muat kembali, lalu ulangi perubahan Anda.
    .title = Sudah diubah di tempat lain
message-not_found = Pesan itu tidak ada dalam percakapan ini.
    .title = Pesan tidak ditemukan
message-not_an_answer = Hanya jawaban yang dapat ditulis ulang. Ini pesan dari seseorang.
    .title = Bukan jawaban
message-too_many = Anda mengirim banyak pesan dalam waktu singkat. Silakan tunggu { $seconds ->
       *[other] { $seconds } detik
    } lalu kirim lagi.
    .title = Terlalu banyak pesan
model-none = Saat ini tidak ada model yang dapat menjawab. Administrator dapat menghubungkan sebuah model atau mengaktifkan pemandu bawaan.
    .title = Tidak ada model yang tersedia

field-message-empty = Tulislah sesuatu terlebih dahulu.
field-message-too_long = { $limit ->
       *[other] Lebih dari { $limit } karakter. Silakan dipersingkat; panjangnya { $length }.
    }
field-message-too_many_parts = { $limit ->
       *[other] Sebuah pesan terdiri atas paling banyak { $limit } bagian.
    }
field-message-control_character = Berisi karakter yang tidak dapat ditampilkan. Hanya ganti baris dan tab yang diperbolehkan.
field-message-bad_client_id = Harus terdiri atas 1 sampai { $limit } karakter yang terlihat.
field-model-not_offered = Model ini tidak tersedia di sini. Pilih yang lain.
field-conversation-title_empty = Judul tidak boleh kosong.
field-conversation-title_invalid = Judul tidak boleh berisi karakter kontrol atau yang tak terlihat.
field-conversation-title_too_long = { $limit ->
       *[other] Judul paling banyak { $limit } karakter.
    }

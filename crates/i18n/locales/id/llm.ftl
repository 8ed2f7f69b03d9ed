# Model bahasa: batas pemakaian, dan apa yang diatur administrator. Pesan adalah rinciannya, .title judulnya.

llm-requests_spent = Terlalu banyak permintaan dalam waktu singkat. Tunggu sebentar, lalu coba lagi.
    .title = Terlalu banyak permintaan
llm-tokens_spent = Jatah token hari ini sudah habis. Jatah baru tersedia tengah malam UTC; administrator dapat menaikkan batasnya.
    .title = Batas hari ini tercapai
llm-tokens_spent_by_all = Semua pengguna server ini bersama-sama sudah menghabiskan jatah token hari ini. Jatah baru tersedia tengah malam UTC.
    .title = Batas server hari ini tercapai
llm-cost_spent = Anggaran bulan ini sudah habis. Anggaran baru tersedia tanggal satu bulan depan; administrator dapat menaikkan batasnya.
    .title = Anggaran bulan ini habis
llm-cost_spent_by_all = Semua pengguna server ini bersama-sama sudah menghabiskan anggaran bulan ini. Anggaran baru tersedia tanggal satu bulan depan.
    .title = Anggaran server habis
llm-stale = Ini sudah diubah oleh orang lain. Muat kembali, lalu ulangi perubahan Anda.
    .title = Sudah diubah di tempat lain
llm-name_taken = Nama ini sudah dipakai. Pilih nama lain.
    .title = Nama sudah dipakai
llm-provider_not_found = Penyedia itu tidak ada.
    .title = Penyedia tidak ditemukan
llm-credential_not_found = Penyedia ini tidak memiliki kredensial itu.
    .title = Kredensial tidak ditemukan
llm-model_not_found = Belum ada ketentuan untuk model ini.
    .title = Model tidak ditemukan
llm-price_not_found = Model ini tidak memiliki harga dari Anda yang dapat dicabut.
    .title = Harga tidak ditemukan
llm-price_taken = Sudah ada harga untuk saat itu. Coba lagi, atau pilih saat lain.
    .title = Harga sudah ada
llm-route_not_found = Rute itu tidak ada.
    .title = Rute tidak ditemukan
llm-limit_not_found = Batas itu tidak ada.
    .title = Batas tidak ditemukan
llm-rule_not_found = Aturan itu tidak ada.
    .title = Aturan tidak ditemukan
llm-too_many_rules = Sudah ada { $limit } aturan isi, yaitu jumlah terbanyak. Hapus beberapa dahulu.
    .title = Terlalu banyak aturan
llm-probe_failed = { $class ->
        [auth] Penyedia menolak kunci ini. Periksa apakah kunci tersalin utuh dan memang milik penyedia ini.
        [payment] Penyedia tidak melayani akun yang saldonya habis. Isi saldo di sana, lalu coba lagi.
        [rate_limited] Penyedia sedang membatasi kunci ini. Tunggu sebentar, lalu coba lagi.
        [timeout] Penyedia tidak menjawab pada waktunya. Periksa alamatnya, lalu coba lagi.
        [unavailable] Penyedia tidak dapat dihubungi. Periksa alamatnya dan apakah layanannya berjalan.
       *[other] Jawaban penyedia tidak seperti yang diharapkan. Periksa jenis dan alamatnya, yang diakhiri versi seperti /v1.
    }
    .title = Penyedia tidak berfungsi
llm-address_refused = Alamat ini mengarah ke jaringan pribadi. Jika penyedia berada di jaringan Anda sendiri, izinkan untuk penyedia ini.
    .title = Alamat ditolak
llm-secrets_stay = Kredensial dan header penyedia ini dimasukkan untuk alamatnya yang sekarang dan tidak dikirim ke alamat lain. Hapus dahulu (header boleh dimasukkan ulang bersama perubahan), atau tambahkan penyedia baru.
    .title = Kredensial terikat pada alamatnya
llm-headers_unreadable = Header penyedia ini tidak dapat dibuka: kunci yang menyegelnya tidak ada. Masukkan ulang, atau hapus.
    .title = Header tidak dapat dibaca
llm-rule_hit_not_found = Temuan itu tidak ada.
    .title = Temuan tidak ditemukan
llm-rule_hit_text_gone = Teksnya tidak disimpan, atau sudah tidak ada.
    .title = Teks sudah tidak ada
llm-alert_not_found = Peringatan ini tidak ada.
    .title = Peringatan tidak ditemukan

field-llm-name_invalid = Nama terdiri atas huruf kecil a–z, angka, - dan _, serta diawali huruf atau angka.
field-llm-name_reserved = Nama ini memiliki arti tersendiri di sini. Pilih nama lain.
field-llm-model_invalid = Model ditulis penyedia/model, tanpa spasi.
field-llm-url_invalid = Ini bukan alamat seperti https://api.example.com/v1, tanpa nama pengguna, kueri, dan fragmen.
field-llm-url_insecure = Gunakan https://. Hanya penyedia di jaringan Anda sendiri yang boleh diakses dengan http://.
field-llm-header_invalid = Ini bukan header yang dapat dikirim.
field-llm-header_ours = Header ini diatur oleh Obrol sendiri.
field-llm-header_secret = Rahasia disimpan sebagai kredensial, supaya terenkripsi.
field-llm-secret_invalid = Kunci hanya berisi karakter yang terlihat, tanpa spasi. Salin sekali lagi.
field-llm-route_in_route = Rute tidak dapat melalui rute lain.
field-llm-limit_empty = Isi setidaknya satu batas.
field-llm-pattern_control = Mengandung karakter yang tidak terlihat.
field-llm-price_in_past = Harga tidak dapat berlaku surut: biaya yang sudah tercatat tetap.
field-llm-range_invalid = Akhir harus setelah awal, paling lama { $max } hari.
field-llm-model_unknown = Tidak ada yang menyediakan model ini.
field-llm-subject_unknown = Tidak ada yang memiliki id ini.
field-llm-scope_absent = Server ini belum memiliki asisten dan ruang, jadi batas ini tidak akan membatasi siapa pun.
llm-price_unknown = Model { $model } belum punya harga, sedangkan biaya Anda dibatasi. Administrator dapat menetapkan harganya (0 jika gratis).
    .title = Harga model ini tidak diketahui

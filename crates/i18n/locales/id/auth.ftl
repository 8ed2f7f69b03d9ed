# Akun: masuk dan keluar, administrator pertama. Pesan adalah rinciannya, .title judulnya.

auth-required = Masuk untuk melanjutkan.
    .title = Masuk dahulu
auth-token_invalid = Token akses ini bukan dari kami. Silakan masuk lagi.
    .title = Token akses tidak sah
auth-token_expired = Token akses sudah terlalu lama. Perbarui dengan token penyegar, atau masuk lagi.
    .title = Token akses kedaluwarsa
auth-session_ended = Perangkat ini sudah dikeluarkan. Silakan masuk lagi.
    .title = Sudah keluar
auth-session_expired = Perangkat ini lama tidak dipakai, atau sudah lama masuk. Silakan masuk lagi.
    .title = Sesi telah berakhir
auth-refresh_invalid = Token penyegar ini bukan dari kami. Silakan masuk lagi.
    .title = Token penyegar tidak sah
auth-refresh_reused = Kunci masuk perangkat ini dipakai dua kali, jadi mungkin ada orang lain yang memegang salinannya. Demi keamanan, perangkat ini dikeluarkan. Silakan masuk lagi dan periksa daftar perangkat Anda.
    .title = Dikeluarkan demi keamanan Anda
auth-invalid_credentials = Alamat email atau kata sandi tidak benar.
    .title = Tidak dapat masuk
auth-too_many_attempts = Terlalu banyak percobaan. Tunggu { $seconds ->
       *[other] { $seconds } detik
    }, lalu coba lagi.
    .title = Terlalu banyak percobaan
auth-suspended = Akun ini ditangguhkan. Hubungi administrator server ini.
    .title = Akun ditangguhkan
auth-busy = Saat ini banyak orang sedang masuk. Coba lagi dalam beberapa detik.
    .title = Coba lagi sebentar lagi
auth-registration_closed = Akun baru dibuat oleh administrator server ini.
    .title = Pendaftaran ditutup
auth-invite_required = Anda memerlukan undangan untuk membuat akun di server ini.
    .title = Perlu undangan
auth-registration_refused = Alamat email ini tidak dapat didaftarkan. Jika Anda sudah punya akun, silakan masuk.
    .title = Tidak dapat mendaftar
auth-setup_token_invalid = Token penyiapan tidak benar, atau server ini sudah punya administrator. Token yang berlaku ada di log server.
    .title = Token penyiapan tidak sah
auth-email_taken = Alamat email ini sudah punya akun.
    .title = Alamat sudah dipakai
auth-admin_required = Hanya administrator yang boleh melakukan ini.
    .title = Tidak diizinkan
auth-session_not_found = Perangkat itu tidak ada, atau sudah dikeluarkan.
    .title = Perangkat tidak ada
auth-user_not_found = Orang itu tidak ada.
    .title = Orang tidak ada

field-email_invalid = Ini bukan alamat email, misalnya nama@contoh.com.
field-name_invalid = Nama tidak boleh berisi karakter kontrol atau yang tak terlihat.
field-password_common = Kata sandi ini mudah ditebak. Pilih beberapa kata yang tidak berhubungan.
field-password_too_long = Maksimal { $max } byte.
field-auth-password_wrong = Kata sandi ini tidak benar.

# Kunci API. Pesan adalah rinciannya, .title judulnya.

keys-invalid = Kunci API ini tidak kami kenal, atau pemiliknya tidak boleh memakainya.
    .title = Kunci API tidak sah
keys-expired = Kunci API ini sudah kedaluwarsa. Buat yang baru di pengaturan.
    .title = Kunci API kedaluwarsa
keys-revoked = Kunci API ini sudah dicabut. Buat yang baru di pengaturan.
    .title = Kunci API dicabut
keys-scope_missing = Kunci API ini tidak dibuat untuk itu: cakupan { $scope } tidak ada.
    .title = Kunci API tidak berhak
keys-person_only = Kunci API tidak dapat melakukan ini. Masuklah sebagai pengguna.
    .title = Tidak dengan kunci API
keys-too_many = Anda memiliki { $limit } kunci API, yaitu jumlah terbanyak. Cabut yang tidak diperlukan.
    .title = Terlalu banyak kunci API
keys-not_found = Kunci API itu tidak ada, atau bukan milik Anda.
    .title = Kunci API tidak ditemukan

field-keys-expires_in_past = Pilih waktu yang akan datang.
field-keys-expires_too_late = Pilih waktu dalam sepuluh tahun ke depan, atau kosongkan.

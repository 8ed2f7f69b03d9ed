# Judul untuk status HTTP saja, bila suatu kode tidak punya teks sendiri.

status-400 = Permintaan tidak valid
status-401 = Silakan masuk dahulu
status-403 = Tidak diizinkan
status-404 = Tidak ditemukan
status-409 = Bertentangan
status-410 = Sudah tidak ada
status-429 = Terlalu banyak permintaan
status-500 = Kesalahan tak terduga
status-502 = Layanan lain gagal
status-503 = Silakan coba lagi sebentar lagi

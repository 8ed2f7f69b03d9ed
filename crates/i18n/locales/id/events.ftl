# Aliran peristiwa: mengapa sebuah aliran tidak dibuka.

events-too_many_streams = Perangkat ini sudah membuka { $limit } aliran. Tutup beberapa di antaranya, lalu coba lagi.
    .title = Terlalu banyak aliran terbuka

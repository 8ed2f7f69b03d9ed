# Apa yang salah pada satu isian: field-<kode kesalahan>.

field-invalid = Nilai ini tidak diperbolehkan.
field-required = Ini wajib diisi.
field-missing = Isian ini tidak ada.
field-unknown = Isian ini tidak dikenal di sini.
field-duplicate = Isian ini diberikan dua kali.
field-wrong_type = Jenisnya tidak sesuai.
field-not_null = Tidak boleh null. Hilangkan kolom ini agar isinya tetap.
field-wrong_value = Nilai ini tidak termasuk yang diperbolehkan.
field-out_of_range = Harus antara { $min } dan { $max }.
field-too_short = Minimal { $min ->
       *[other] { $min } karakter.
    }
field-too_long = Maksimal { $max ->
       *[other] { $max } karakter.
    }
field-too_many = Maksimal { $max ->
       *[other] { $max } entri.
    }
field-empty = Tidak boleh kosong.
field-idempotency_key = Idempotency-Key terdiri atas 1 sampai 190 karakter ASCII yang terlihat.

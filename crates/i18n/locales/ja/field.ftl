# 項目ひとつの不備：field-<不備のコード>。

field-invalid = この値は使用できません。
field-required = 必須項目です。
field-missing = この項目がありません。
field-unknown = この項目はここでは使えません。
field-duplicate = この項目が 2 回指定されています。
field-wrong_type = 型が正しくありません。
field-not_null = null にはできません。変更しない場合は、この項目を省いてください。
field-wrong_value = 使用できる値ではありません。
field-out_of_range = { $min } から { $max } の範囲で指定してください。
field-too_short = { $min ->
       *[other] { $min } 文字以上にしてください。
    }
field-too_long = { $max ->
       *[other] { $max } 文字以内にしてください。
    }
field-too_many = { $max ->
       *[other] { $max } 件以内にしてください。
    }
field-empty = 空にはできません。
field-idempotency_key = Idempotency-Key は、表示可能な ASCII 文字 1～190 文字で指定してください。

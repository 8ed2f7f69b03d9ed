# API キー。本文が詳細、.title が見出し。

keys-invalid = この API キーは当サーバーのものではないか、持ち主が使えない状態です。
    .title = API キーが無効です
keys-expired = この API キーは期限切れです。設定で新しく作ってください。
    .title = API キーの期限切れ
keys-revoked = この API キーは取り消されました。設定で新しく作ってください。
    .title = API キーは取り消されています
keys-scope_missing = この API キーではできません。スコープ { $scope } がありません。
    .title = API キーに権限がありません
keys-person_only = API キーではできません。本人としてログインしてください。
    .title = API キーではできません
keys-too_many = API キーは { $limit } 個までです。使わないものを取り消してください。
    .title = API キーが多すぎます
keys-not_found = その API キーはないか、あなたのものではありません。
    .title = API キーが見つかりません

field-keys-expires_in_past = これからの日時を指定してください。
field-keys-expires_too_late = 10 年以内の日時を指定するか、空にしてください。

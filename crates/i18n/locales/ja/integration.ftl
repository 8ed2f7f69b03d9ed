# プログラムが /v1 から受け取るもの。本文が詳細、.title が見出し。

integration-provider_auth = 提供元がサーバーのキーを拒否しました。管理者による確認が必要です。それまでは別のモデルを使ってください。
    .title = 提供元がアクセスを拒否しました
integration-provider_payment = 提供元でのサーバーの残高がなくなりました。管理者による入金が必要です。それまでは別のモデルを使ってください。
    .title = 提供元が支払いを求めています
integration-moderation = 提供元のコンテンツ規則により、この質問または回答は拒否されました。
    .title = コンテンツ規則により拒否されました
integration-context_length = メッセージがこのモデルには長すぎます。短くするか、より長く読めるモデルを使ってください。
    .title = メッセージが長すぎます
integration-provider_busy = モデルの提供元が、いまはこれ以上リクエストを受け付けていません。Retry-After の時間だけ待ってから、もう一度お試しください。
    .title = 提供元が混み合っています
integration-timeout = モデルが時間内に回答しませんでした。
    .title = モデルの回答に時間がかかりすぎました
integration-unavailable = モデルの提供元に接続できないか、途中で切れました。
    .title = 提供元を利用できません
integration-model_not_found = このモデルはここでは提供されていません。使えるモデルは GET /v1/models で確認できます。ID は provider/model または route/name の形です。
    .title = モデルが見つかりません
integration-unsupported = 指定されたモデルでは、このリクエストに応えられません。
    .title = モデルが対応していません
integration-refused = 提供元がリクエストを受け付けませんでした。提供元が理由を示した場合は、コードがそれを表します。
    .title = 提供元がリクエストを拒否しました
integration-unknown = 提供元で、原因のわからない失敗が起きました。
    .title = 提供元で失敗しました
integration-too_long = 回答が長すぎて一度に返せません。ストリームで受け取ってください。
    .title = 回答が長すぎます
integration-rights_lost = 回答の途中で、これを読む権利がなくなりました。キーまたはセッションが無効になっています。
    .title = 権利がなくなりました
integration-key_missing = API キーを送ってください。Authorization: Bearer obr_…
    .title = API キーがありません

field-integration-one_choice = 回答は一つだけです。n は 1 にしてください。
field-integration-part = この種類の内容は、この役割のメッセージでは使えません。
field-integration-image = 画像は、base64 の PNG、JPEG、GIF、WebP を含む data: アドレスか、提供元が読める http(s) アドレスで指定してください。
field-integration-tool_name = ツール名は、英字、数字、_、- からなる 1～64 文字で指定してください。
field-integration-no_such_tool = このツールは、リクエストのツールの中にありません。
field-integration-tokens = ベクトルにできるのはトークンではなくテキストです。文字列または文字列のリストを送ってください。
field-integration-stops = 回答を終わらせるテキストは { $max } 個までで、空にはできません。

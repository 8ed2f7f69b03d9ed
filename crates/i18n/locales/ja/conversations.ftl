# 会話とそのメッセージ、回答するモデル。

conversation-not_found = この会話は存在しないか、あなたのものではありません。
    .title = 会話が見つかりません
conversation-stale = この会話は別の端末で変更されました。読み込み直してから、もう一度変更してください。
    .title = 別の場所で変更されました
message-not_found = このメッセージは、この会話にはありません。
    .title = メッセージが見つかりません
message-not_an_answer = 書き直せるのは回答だけです。これは人が書いたメッセージです。
    .title = 回答ではありません
message-too_many = 短い時間に多くのメッセージが送信されました。{ $seconds ->
       *[other] { $seconds } 秒
    }待ってから、もう一度送信してください。
    .title = メッセージが多すぎます
model-none = 現在、回答できるモデルがありません。管理者がモデルを接続するか、内蔵ガイドを有効にしてください。
    .title = 利用できるモデルがありません

field-message-empty = 何か入力してください。
field-message-too_long = { $limit ->
       *[other] { $limit } 文字を超えています（現在 { $length } 文字）。短くしてください。
    }
field-message-too_many_parts = { $limit ->
       *[other] 1 件のメッセージに含められるのは { $limit } 個までです。
    }
field-message-control_character = 表示できない文字が含まれています。使えるのは改行とタブだけです。
field-message-bad_client_id = 表示可能な文字 1～{ $limit } 文字で指定してください。
field-model-not_offered = このモデルはここでは使えません。ほかのモデルを選んでください。
field-conversation-title_empty = タイトルを入力してください。
field-conversation-title_invalid = タイトルに制御文字や見えない文字は使えません。
field-conversation-title_too_long = { $limit ->
       *[other] タイトルは { $limit } 文字以内にしてください。
    }

# リクエストそのものと、サーバー全体の不具合。

request-invalid = 使用できない値があります。それぞれの理由は一覧のとおりです。
    .title = リクエストが正しくありません
request-malformed = リクエストを読み取れませんでした。UTF-8 の正しい JSON で送信してください。
    .title = リクエストを読み取れません
request-malformed_cursor = このページ位置は無効か、古すぎます。最初のページからやり直してください。
    .title = ページ位置が無効です
request-malformed_header = ヘッダー { $header } を読み取れませんでした。
    .title = ヘッダーを読み取れません
request-too_large = リクエストが { $limit } バイトを超えています。
    .title = リクエストが大きすぎます
request-too_deep = JSON の入れ子が { $limit } 段を超えています。
    .title = JSON の入れ子が深すぎます
request-too_many_values = JSON の値が { $limit } 個を超えています。
    .title = JSON の値が多すぎます
request-no_room = サーバーには今、大きなリクエストをさらに受け取る余裕がありません。しばらくしてからもう一度お試しください。
    .title = 大きなリクエストを受け取れません
request-media_type = このアドレスは application/json だけを受け付けます。
    .title = 対応していないコンテンツ形式です
request-not_found = このアドレスには何もないか、閲覧する権限がありません。
    .title = 見つかりません
request-method_not_allowed = このアドレスでは、そのメソッドは使えません。
    .title = 使えないメソッドです
request-not_acceptable = 受け入れ可能な形式では提供していません。
    .title = その形式では提供していません
request-timeout = リクエストが時間内に届きませんでした。もう一度お試しください。
    .title = リクエストに時間がかかりすぎました
request-expectation_failed = リクエストの Expect に応えられません。
    .title = Expect に応えられません
request-too_many = リクエストが多すぎます。{ $seconds ->
       *[other] { $seconds } 秒
    }待ってから、もう一度お試しください。
    .title = リクエストが多すぎます
request-origin_refused = このウェブサイトからのリクエストは許可されていません。このサーバー自身の名前の場合は、運用者が OBROL_PUBLIC_URL に設定してください。
    .title = 許可されていない送信元です
request-precondition_required = 最後に読み取った ETag を If-Match ヘッダーで送信してください。ほかの人の変更を失わないためです。
    .title = If-Match が必要です
request-stale = 読み取ったあとに、別の場所で変更されました。読み直してから、もう一度変更してください。
    .title = 別の場所で変更されました
request-idempotency_in_flight = この Idempotency-Key の最初のリクエストをまだ処理しています。少し待ってからもう一度お試しください。
    .title = 最初のリクエストを処理中です
request-idempotency_reused = この Idempotency-Key は別のリクエストで使用済みです。新しいものを使ってください。
    .title = Idempotency-Key は使用済みです

db-unavailable = データベースが混み合っているか、応答していません。何も変更されていません。少し待ってからもう一度お試しください。
    .title = 少し待ってからお試しください
server-draining = サーバーはまもなく再起動します。少し待ってからもう一度お試しください。
    .title = サーバーを再起動しています
server-not_ready = サーバーは現在利用できません。
    .title = 準備ができていません
internal = サーバー側で問題が発生しました。詳細は、このリクエスト ID でログに記録されています。
    .title = 予期しない不具合

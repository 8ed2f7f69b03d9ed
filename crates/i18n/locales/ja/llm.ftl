# 言語モデル：利用の上限と、管理者が設定するもの。本文が詳細、.title が見出し。

llm-requests_spent = 短い時間に多くのリクエストがありました。少し待ってから、もう一度お試しください。
    .title = リクエストが多すぎます
llm-tokens_spent = 今日のトークンの上限に達しました。UTC の午前 0 時に新しくなります。上限は管理者が引き上げられます。
    .title = 今日の上限に達しました
llm-tokens_spent_by_all = このサーバー全体で今日のトークンの上限に達しました。UTC の午前 0 時に新しくなります。
    .title = サーバーの今日の上限に達しました
llm-cost_spent = 今月の予算を使い切りました。来月の 1 日に新しくなります。上限は管理者が引き上げられます。
    .title = 今月の予算を使い切りました
llm-cost_spent_by_all = このサーバー全体で今月の予算を使い切りました。来月の 1 日に新しくなります。
    .title = サーバーの予算を使い切りました
llm-stale = ほかの人が変更しました。読み込み直してから、もう一度変更してください。
    .title = ほかで変更されています
llm-name_taken = この名前はすでに使われています。別の名前にしてください。
    .title = 名前が使われています
llm-provider_not_found = そのプロバイダーはありません。
    .title = プロバイダーが見つかりません
llm-credential_not_found = このプロバイダーにその認証情報はありません。
    .title = 認証情報が見つかりません
llm-model_not_found = このモデルについての設定はありません。
    .title = モデルが見つかりません
llm-price_not_found = このモデルに取り消せる独自の価格はありません。
    .title = 価格が見つかりません
llm-price_taken = その時刻の価格はすでにあります。もう一度試すか、別の時刻にしてください。
    .title = 価格がすでにあります
llm-route_not_found = そのルートはありません。
    .title = ルートが見つかりません
llm-limit_not_found = その上限はありません。
    .title = 上限が見つかりません
llm-rule_not_found = そのルールはありません。
    .title = ルールが見つかりません
llm-too_many_rules = 内容ルールは { $limit } 件までです。先にいくつか削除してください。
    .title = ルールが多すぎます
llm-probe_failed = { $class ->
        [auth] プロバイダーがキーを受け付けません。キー全体がコピーされているか、このプロバイダーのものかを確認してください。
        [payment] プロバイダーの残高がありません。チャージしてから、もう一度お試しください。
        [rate_limited] プロバイダーがこのキーを一時的に制限しています。少し待ってから、もう一度お試しください。
        [timeout] プロバイダーが時間内に応答しませんでした。アドレスを確認して、もう一度お試しください。
        [unavailable] プロバイダーに接続できません。アドレスと、動作しているかを確認してください。
       *[other] プロバイダーの応答が想定と異なります。種類とアドレス（末尾に /v1 などのバージョンが付きます）を確認してください。
    }
    .title = プロバイダーが動作しません
llm-address_refused = このアドレスはプライベートネットワークにつながります。自分のネットワーク内のプロバイダーであれば、このプロバイダーに許可してください。
    .title = アドレスが拒否されました
llm-secrets_stay = 認証情報とヘッダーは現在のアドレス用に入力されたもので、別のアドレスには送られません。先に削除するか(ヘッダーは変更と一緒に入力し直せます)、新しいプロバイダーを追加してください。
    .title = 認証情報はアドレスと結び付いています
llm-headers_unreadable = このプロバイダーのヘッダーを開けません。封をした鍵がありません。入力し直すか、削除してください。
    .title = ヘッダーを読めません
llm-rule_hit_not_found = その検出はありません。
    .title = 検出が見つかりません
llm-rule_hit_text_gone = 本文は保存されていないか、すでに削除されました。
    .title = 本文はもうありません
llm-alert_not_found = この通知は存在しません。
    .title = 通知が見つかりません

field-llm-name_invalid = 名前には英小文字、数字、-、_ を使い、先頭は英小文字か数字にしてください。
field-llm-name_reserved = この名前は予約されています。別の名前にしてください。
field-llm-model_invalid = モデルは「プロバイダー/モデル」の形で、空白なしで書いてください。
field-llm-url_invalid = https://api.example.com/v1 のようなアドレスを、ユーザー名・クエリ・フラグメントなしで書いてください。
field-llm-url_insecure = https:// を使ってください。http:// を使えるのは自分のネットワーク内のプロバイダーだけです。
field-llm-header_invalid = 送信できるヘッダーではありません。
field-llm-header_ours = このヘッダーは Obrol が設定します。
field-llm-header_secret = 秘密の値は、暗号化される認証情報に入れてください。
field-llm-secret_invalid = キーに使えるのは、空白以外の見える文字だけです。もう一度コピーしてください。
field-llm-route_in_route = ルートの中に別のルートは入れられません。
field-llm-limit_empty = 上限を少なくともひとつ指定してください。
field-llm-pattern_control = 見えない文字が含まれています。
field-llm-price_in_past = 価格を過去から始めることはできません。記録された費用は変わりません。
field-llm-range_invalid = 終わりは始まりより後で、{ $max } 日以内にしてください。
field-llm-model_unknown = このモデルはどこからも提供されていません。
field-llm-subject_unknown = この id の対象はありません。
field-llm-scope_absent = このサーバーにはまだアシスタントもルームもないため、この上限は誰にも効きません。
llm-price_unknown = モデル { $model } にはまだ料金が設定されておらず、利用額に上限があるため使えません。管理者が料金を設定できます(無料なら0)。
    .title = このモデルの料金が不明です

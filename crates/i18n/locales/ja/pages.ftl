# サーバー自身が書くページ。

pages-missing-title = Obrol は動作しています
pages-missing-body = このビルドには画面が含まれていません。「{ $command }」で作成してから、サーバーをもう一度ビルドしてください。API はすでに利用できます。
manual-title = Obrol マニュアル
manual-contents = 目次
manual-to-app = 会話に戻る

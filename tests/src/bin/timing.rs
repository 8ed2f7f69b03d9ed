//! `scripts/timing.sh`: what time tells a stranger about accounts and things of others; a table on stdout.

#[tokio::main]
async fn main() {
    let rows = obrol_tests::bench::timing::run().await;
    obrol_tests::bench::report::print(&rows);
}

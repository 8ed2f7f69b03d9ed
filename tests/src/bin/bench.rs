//! `make bench`: measures the binary that `OBROL_BIN` names and prints a table (Markdown) on stdout.

#[tokio::main]
async fn main() {
    let rows = obrol_tests::bench::run().await;
    obrol_tests::bench::report::print(&rows);
}

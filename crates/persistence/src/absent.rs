//! "Insert unless it is there", which the three databases say differently.

use sea_orm::sea_query::{InsertStatement, OnConflict};
use sea_orm::{ConnectionTrait, DbBackend};

use crate::error::{Error, Result};

/// True when the row was written, false when a unique index held another one. The transaction stays usable.
pub(crate) async fn insert_if_absent(conn: &impl ConnectionTrait, mut insert: InsertStatement) -> Result<bool> {
    if conn.get_database_backend() == DbBackend::MySql {
        // INSERT IGNORE would also swallow a value that is too long; MySQL keeps the transaction after an error.
        return match conn.execute(&insert).await.map_err(Error::from) {
            Ok(_) => Ok(true),
            Err(error) if error.is_unique_violation() => Ok(false),
            Err(error) => Err(error),
        };
    }
    insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(conn.execute(&insert).await?.rows_affected() == 1)
}

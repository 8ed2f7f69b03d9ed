//! Names of those whom limits, sums and hits are about, so that operators need not read ids.

use std::collections::HashMap;

use domain::Result;
use domain::ids::{ApiKeyId, UserId};
use persistence::accounts::users;
use uuid::Uuid;

use crate::App;
use crate::accounts::Admin;

/// Names by id; whoever is gone is missing.
pub async fn names(app: &App, _: Admin, people: &[UserId], keys: &[ApiKeyId]) -> Result<HashMap<Uuid, String>> {
    let mut names = HashMap::new();
    if !people.is_empty() {
        let found = users::names(app.db.read(), people).await?;
        names.extend(found.into_iter().map(|(id, name)| (id.uuid(), name)));
    }
    if !keys.is_empty() {
        let found = persistence::keys::names(app.db.read(), None, keys).await?;
        names.extend(found.into_iter().map(|(id, name)| (id.uuid(), name)));
    }
    Ok(names)
}
